import { canonicalBytes } from '../encoding/bytes.ts';

/** What a sealed master password is bound to: one program of one user, in its current version, in one session. */
export type PasswordBinding = {
  readonly userId: string;
  /** Name of the program. */
  readonly name: string;
  /** See `zkPayloadDigest`. */
  readonly payloadSha256: string;
  readonly sessionId: string;
  /** ISO 8601, from the session. */
  readonly expiresAt: string;
};

/**
 * Returns the associated data with which a client seals a master password (UTF-8) to a sandbox's key (see
 * `sealed-box.ts`): names and values sorted by name, each preceded by its length in 4 bytes. A password sealed for one
 * program, session and user opens for no other.
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
