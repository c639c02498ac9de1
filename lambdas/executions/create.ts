import { executions } from '../../contract/executions.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { usablePackages } from '../packages/package-set.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { respondToRun } from './detach.ts';
import { programFiles } from './program-files.ts';
import { inSandbox } from './run-program.ts';
import { decryptChosenSecrets } from './secret-environment.ts';

export const handler = endpoint(executions.create, async ({ body }, context) => {
  const { code, language, stdin, args, timeoutSeconds, wait } = body;
  const executionId = uuidv7();
  const files = programFiles(body);
  const timeoutMs = Math.round(timeoutSeconds * 1000);
  const [secrets, packages] = await Promise.all([
    decryptChosenSecrets(context, body.secrets),
    usablePackages(context),
  ]);
  return inSandbox(context, async (lease) => {
    // The audit entry must be committed before the program gets the first secret.
    await context.commit({ audit: { resource: `executions/${executionId}` } });
    const program = { executionId, language, code, stdin, args, files, timeoutMs, ...packages };
    return respondToRun(context, lease, program, secrets, wait);
  });
});
