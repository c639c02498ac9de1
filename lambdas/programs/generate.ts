import { limits } from '../../contract/limits.ts';
import { secretsNamedIn } from '../../contract/named-secrets.ts';
import { programs } from '../../contract/programs.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { completedBody } from '../executions/large-result.ts';
import { inSandbox, runProgram } from '../executions/run-program.ts';
import { decryptSecrets } from '../executions/secret-environment.ts';
import { usablePackages } from '../packages/package-set.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { listSecrets } from '../stores/secrets.ts';
import { generateProgram } from './generated-program.ts';

const { answerBeforeRun, whole } = limits.generateSeconds;

export const handler = endpoint(programs.generate, async ({ body }, context) => {
  const { caller, platform, settings, now, commit } = context;
  const { prompt, language, timeoutSeconds } = body;
  const maxTokens = settings.STRONGROOM_GENERATOR_MAX_TOKENS;
  if (settings.STRONGROOM_GENERATOR === 'none') throw new ApiError('GENERATOR_NOT_CONFIGURED');

  const executionId = uuidv7();
  const [{ items }, packages] = await Promise.all([
    listSecrets(platform.table, caller.userId, { limit: limits.secretsPerUser }),
    usablePackages(context),
  ]);
  const secretNames = items.map(({ name }) => name);
  const deadlineIn = (seconds: number) => now.getTime() + seconds * 1000;
  const program = (seconds: number) =>
    generateProgram(platform.generator, {
      prompt,
      language,
      secretNames,
      maxTokens,
      deadline: deadlineIn(seconds),
    });
  // The audit entry must be committed before the prompt leaves the installation.
  const note = { audit: { resource: `generations/${executionId}` } };

  if (!body.execute) {
    await commit(note);
    return { status: 200, body: await program(whole) };
  }
  // Lease the sandbox first, so that a paid answer is not lost because no sandbox is free.
  return inSandbox(context, async (lease) => {
    await commit(note);
    const generated = await program(answerBeforeRun);
    const secrets = await decryptSecrets(context, secretsNamedIn(generated.code, items));
    const timeoutMs = Math.round(Math.min(timeoutSeconds * 1000, deadlineIn(whole) - Date.now()));
    const job = { executionId, language, code: generated.code, stdin: '', args: [], timeoutMs, ...packages };
    const result = await runProgram(context, lease, job, secrets);
    const execution = await completedBody(context, lease, job, result);
    return { status: 200, body: { ...generated, execution } };
  });
});
