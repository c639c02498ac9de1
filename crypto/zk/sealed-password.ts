import { canonicalBytes } from '../encoding/bytes.ts';

/** What a master password is sealed for: one program of one user, as it is now, in one session. */
export type PasswordBinding = {
  readonly userId: string;
  /** Of the program. */
  readonly name: string;
  /** See `zkPayloadDigest`. */
  readonly payloadSha256: string;
  readonly sessionId: string;
  /** ISO 8601, as the session says it. */
  readonly expiresAt: string;
};

/**
 * The associated data under which a client seals a master password, as UTF-8, to a sandbox's key (see `sealed-box.ts`):
 * names and values sorted by name, each preceded by its length in 4 bytes. What is sealed for one program, session or
 * user opens for no other.
 */
export function sealedPasswordAad({ userId, name, payloadSha256, sessionId, expiresAt }: PasswordBinding) {
  return canonicalBytes({
    purpose: 'strongroom/zk/password/v1',
    userId,
    name,
    payloadSha256,
    sessionId,
    expiresAt,
  });
}
