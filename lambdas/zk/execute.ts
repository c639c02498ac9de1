import { zk } from '../../contract/zk.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import type { ProvenSession } from '../../crypto/zk/sandbox-proof.ts';
import { CodeNotOpened, type EncryptedCode } from '../../sandbox-image/protocol/job.ts';
import { respondToRun } from '../executions/detach.ts';
import { inSandbox } from '../executions/run-program.ts';
import { decryptChosenSecrets } from '../executions/secret-environment.ts';
import { usablePackages } from '../packages/package-set.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { loadProgram } from './zk-code.ts';
import { verifyZkSession } from './zk-session.ts';

const errors = {
  wrong_password: 'WRONG_MASTER_PASSWORD',
  malformed: 'TAMPERED_PAYLOAD',
  sealed_password_rejected: 'SEALED_PASSWORD_REJECTED',
} as const;

export const handler = endpoint(zk.execute, async ({ params: { name }, body }, context) => {
  const { caller, platform, commit } = context;
  const { masterPassword: password = '', sealedPassword, stdin, args, timeoutSeconds } = body;
  const [{ code, payload }, session, secrets, packages] = await Promise.all([
    loadProgram(platform.table, caller.userId, name),
    sealedPassword && verifyZkSession(platform.keys, caller, sealedPassword.session),
    decryptChosenSecrets(context, body.secrets),
    usablePackages(context),
  ]);
  const binding = (of: ProvenSession) => ({ ...of, name, payloadSha256: code.sha256 });
  const unlock: EncryptedCode['unlock'] =
    sealedPassword && session
      ? { sealedPasswordB64: sealedPassword.boxB64, binding: binding(session) }
      : { password };
  const program = {
    executionId: uuidv7(),
    language: code.language,
    code: '',
    stdin,
    args,
    encrypted: { payload, unlock },
    timeoutMs: Math.round(timeoutSeconds * 1000),
    ...packages,
  };
  const resource = `zk/code/${name}`;
  return inSandbox(context, async (lease) => {
    // The password is sealed to the key of that sandbox.
    if (session && session.sandboxId !== lease.sandboxId) throw new ApiError('SESSION_ENDED');
    await commit({ audit: { resource } });
    try {
      return await respondToRun(context, lease, program, secrets);
    } catch (error) {
      if (!(error instanceof CodeNotOpened)) throw error;
      throw new ApiError(errors[error.fault], { audit: { resource, outcome: 'refused' }, cause: error });
    }
  });
});
