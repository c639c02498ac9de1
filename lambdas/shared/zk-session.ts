import { limits } from '../contract/limits.ts';
import { native } from '../crypto/providers/native.ts';
import {
  publicKeyDigest,
  type SandboxClaims,
  signSandboxProof,
  verifySandboxProof,
} from '../crypto/sandbox-proof.ts';
import type { Keys } from '../platform/keys.ts';
import type { Lease } from '../platform/sandboxes.ts';
import { ApiError } from './api-error.ts';
import type { UserCaller } from './caller.ts';
import { uuidv7 } from './ids.ts';

export type ZkSession = {
  readonly sessionId: string;
  readonly userId: string;
  readonly expiresAt: string;
  readonly sandboxId: string;
};

/** A session on a leased sandbox. It is kept nowhere: its proof is what a caller shows. */
export async function newZkSession(
  keys: Keys,
  { userId, orgId }: UserCaller,
  { sandboxId, publicKey }: Lease,
  now: Date,
): Promise<ZkSession & { readonly proof: string }> {
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

/** @throws ApiError SESSION_ENDED, also for a session of another user or none at all */
export async function openZkSession(keys: Keys, caller: UserCaller, proof: string): Promise<ZkSession> {
  const claims = await verifySandboxProof(await keys.publicKeys('jwt'), proof);
  if (claims?.sub !== caller.userId) throw new ApiError('SESSION_ENDED');
  return sessionOf(claims);
}

function sessionOf({ sub, jti, exp, sandbox }: SandboxClaims): ZkSession {
  const expiresAt = new Date(exp * 1000).toISOString();
  return { sessionId: jti, userId: sub, expiresAt, sandboxId: sandbox };
}
