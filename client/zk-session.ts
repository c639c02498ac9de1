import { fromBase64, toBase64 } from '../crypto/encoding/base64.ts';
import { utf8, wipe } from '../crypto/encoding/bytes.ts';
import type { Primitives } from '../crypto/providers/primitives.ts';
import {
  type ProvenSession,
  publicKeyDigest,
  sessionOf,
  verifySandboxProof,
} from '../crypto/zk/sandbox-proof.ts';
import { seal } from '../crypto/zk/sealed-box.ts';
import { sealedPasswordAad } from '../crypto/zk/sealed-password.ts';
import {
  type CallOptions,
  type RequestFor,
  type ResponseFor,
  type StrongroomClient,
  StrongroomError,
} from './index.ts';

type PublicKeys = ResponseFor<'system.getJwks'>['body']['keys'];

/** What proofs are verified with. Store it, and pass it to the next session. None of it is secret. */
export type ZkTrust = {
  /** The user of the sessions. A session of another user would run the program as theirs and give them its output. */
  readonly userId: string;
  /** Public keys of the installation, RFC 7517. */
  readonly publicKeys: PublicKeys;
};

/**
 * Fetches the trust data that the installation currently returns. It is only as trustworthy as the connection: fetch it
 * once over a trusted connection, store it, and compare its keys with what an administrator tells you.
 *
 * @throws StrongroomError
 */
export async function fetchZkTrust(client: StrongroomClient, options: CallOptions = {}): Promise<ZkTrust> {
  const [me, jwks] = await Promise.all([
    client.call('users.getMe', options),
    client.call('system.getJwks', options),
  ]);
  return { userId: me.body.id, publicKeys: jwks.body.keys };
}

/** A sandbox leased to the caller, and its public key. */
export type ZkSession = ProvenSession & { readonly publicKey: Uint8Array; readonly proof: string };

/**
 * Creates a session, and verifies that the installation asserts its key for this user now. The session's data comes from
 * the proof.
 *
 * @throws StrongroomError PROOF_REJECTED, or if the API refuses
 */
export async function openZkSession(
  client: StrongroomClient,
  primitives: Primitives,
  { userId, publicKeys }: ZkTrust,
  options: CallOptions = {},
): Promise<ZkSession> {
  const { publicKeyB64, proof } = (await client.call('zk.createSession', options)).body;
  const publicKey = fromBase64(publicKeyB64);
  const claims = await verifySandboxProof(publicKeys, proof);
  const isProven =
    publicKey && claims?.sub === userId && claims.key === publicKeyDigest(primitives, publicKey);
  if (!isProven) {
    throw new StrongroomError(
      'The proof of the sandbox’s key is not valid for this installation, this user and this clock.',
      { code: 'PROOF_REJECTED' },
    );
  }
  return { ...sessionOf(claims), publicKey, proof };
}

/** The request body of `zk.execute`. */
export type ZkRequest = NonNullable<RequestFor<'zk.execute'>['body']>;

/** Seals a master password to the session's sandbox, for one execution of one program in its current version. */
export function sealMasterPassword(
  primitives: Primitives,
  { publicKey, proof, ...session }: ZkSession,
  program: { readonly name: string; readonly sha256: string },
  masterPassword: string,
): NonNullable<ZkRequest['sealedPassword']> {
  const password = utf8(masterPassword);
  const aad = sealedPasswordAad({ ...session, name: program.name, payloadSha256: program.sha256 });
  const { box } = seal(primitives, publicKey, password, aad);
  wipe(password);
  return { session: proof, boxB64: toBase64(box) };
}
