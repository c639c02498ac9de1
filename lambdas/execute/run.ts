import { execute } from '../contract/execute.ts';
import { endpoint } from '../shared/endpoint.ts';
import { inSandbox, openSecrets, runProgram } from '../shared/execution.ts';
import { uuidv7 } from '../shared/ids.ts';

export const handler = endpoint(execute.run, async ({ body }, context) => {
  const { code, language, stdin, args, timeoutSeconds } = body;
  const executionId = uuidv7();
  const program = { executionId, language, code, stdin, args, timeoutMs: Math.round(timeoutSeconds * 1000) };
  const secrets = await openSecrets(context, body.secrets);
  return inSandbox(context, async (lease) => {
    // On record before the program has the first secret.
    await context.commit({ audit: { resource: `executions/${executionId}` } });
    return { status: 200, body: await runProgram(context, lease, program, secrets) };
  });
});
