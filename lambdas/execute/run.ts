import { execute } from '../contract/execute.ts';
import { endpoint } from '../shared/endpoint.ts';
import { inSandbox, openSecrets } from '../shared/execution.ts';
import { answerRun } from '../shared/hand-over.ts';
import { uuidv7 } from '../shared/ids.ts';
import { usablePackages } from '../shared/package-set.ts';
import { programFiles } from '../shared/program-files.ts';

export const handler = endpoint(execute.run, async ({ body }, context) => {
  const { code, language, stdin, args, timeoutSeconds, wait } = body;
  const executionId = uuidv7();
  const files = programFiles(body);
  const timeoutMs = Math.round(timeoutSeconds * 1000);
  const [secrets, packages] = await Promise.all([
    openSecrets(context, body.secrets),
    usablePackages(context),
  ]);
  return inSandbox(context, async (lease) => {
    // On record before the program has the first secret.
    await context.commit({ audit: { resource: `executions/${executionId}` } });
    const program = { executionId, language, code, stdin, args, files, timeoutMs, ...packages };
    return answerRun(context, lease, program, secrets, wait);
  });
});
