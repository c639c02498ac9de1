import { limits } from '../../contract/limits.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { native } from '../../crypto/providers/native.ts';
import {
  type ProvenSession,
  publicKeyDigest,
  type SandboxClaims,
  sessionOf,
  signSandboxProof,
  verifySandboxProof,
} from '../../crypto/zk/sandbox-proof.ts';
import type { Keys } from '../../platform/keys.ts';
import type { Lease } from '../../platform/sandboxes.ts';
import { ApiError } from '../pipeline/api-error.ts';
import type { UserCaller } from '../pipeline/caller.ts';

/** Creates a session on a leased sandbox. It is not stored; the caller presents its proof. */
export async function newZkSession(
  keys: Keys,
  { userId, orgId }: UserCaller,
  { sandboxId, publicKey }: Lease,
  now: Date,
): Promise<ProvenSession & { readonly proof: string }> {
  const iat = Math.floor(now.getTime() / 1000);
  const claims: SandboxClaims = {
    sub: userId,
    org: orgId,
    jti: uuidv7(),
    sandbox: sandboxId,
    key: publicKeyDigest(native, publicKey),
    iat,
    exp: iat + limits.zkSessionSeconds,
  };
  return { ...sessionOf(claims), proof: await signSandboxProof(keys, claims) };
}

/** @throws ApiError SESSION_ENDED, also for a session of another user or an invalid proof */
export async function verifyZkSession(keys: Keys, caller: UserCaller, proof: string): Promise<ProvenSession> {
  const claims = await verifySandboxProof(await keys.publicKeys('jwt'), proof);
  if (claims?.sub !== caller.userId) throw new ApiError('SESSION_ENDED');
  return sessionOf(claims);
}
