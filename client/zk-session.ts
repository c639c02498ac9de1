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

/** What proofs are checked against: store it, and give it back the next time. Nothing in it is secret. */
export type ZkTrust = {
  /** Whom sessions are for. A session of somebody else would run the program as theirs, and give them what it prints. */
  readonly userId: string;
  /** Of the installation, RFC 7517. */
  readonly publicKeys: PublicKeys;
};

/**
 * What the installation says of itself and of the caller now. It is worth as much as the way that it came by: fetch it
 * once, where nobody is in between, keep it, and compare its keys with what an administrator tells you.
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

/** A sandbox that is leased to the caller, and its key. */
export type ZkSession = ProvenSession & { readonly publicKey: Uint8Array; readonly proof: string };

/**
 * Opens a session, and verifies that the installation vouches for its key, for this user, now. What is taken of the
 * session is what the proof says.
 *
 * @throws StrongroomError PROOF_REJECTED, and where the installation refuses
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
      'The key of the sandbox is not proven to be one of this installation for this user, by this clock.',
      { code: 'PROOF_REJECTED' },
    );
  }
  return { ...sessionOf(claims), publicKey, proof };
}

/** What `zk.execute` takes. */
export type ZkRequest = NonNullable<RequestFor<'zk.execute'>['body']>;

/** Seals a master password to the session's sandbox, for one run of one program as it is now. */
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
