import { execute } from '../contract/execute.ts';
import { limits } from '../contract/limits.ts';
import { NoSandboxFree, SandboxLost, SandboxUnavailable } from '../platform/sandboxes.ts';
import { ApiError, invalid } from '../shared/api-error.ts';
import { endpoint } from '../shared/endpoint.ts';
import { executionBody } from '../shared/execution-body.ts';
import { uuidv7 } from '../shared/ids.ts';
import { settledPackages } from '../shared/package-set.ts';
import { openSecret } from '../shared/secret-value.ts';
import { listSecrets, markUsed, type Secret } from '../stores/secrets.ts';

type Choice = 'all' | 'none' | readonly string[];

export const handler = endpoint(execute.run, async ({ body }, { caller, platform, now, commit }) => {
  const { table, keys, sandboxes } = platform;
  const executionId = uuidv7();
  const [{ items: all }, packages] = await Promise.all([
    listSecrets(table, caller.userId, { limit: limits.secretsPerUser }),
    settledPackages({ caller, platform, now }),
  ]);
  const chosen = chooseSecrets(all, body.secrets);
  const env = await Promise.all(
    chosen.map(async (secret) => [secret.name, await openSecret(keys, caller, secret)] as const),
  );
  const lease = await sandboxes.lease(caller, limits.sandboxWaitSeconds * 1000).catch(refuse);
  try {
    // On record before the program has the first secret.
    await commit({ audit: { resource: `executions/${executionId}` } });
    const marked = chosen.map(({ name }) => table.transact([markUsed(caller.userId, name, now)]));
    if (packages.writes.length > 0) marked.push(table.transact(packages.writes));
    const { code, language, stdin, args, timeoutSeconds } = body;
    const program = { language, code, stdin, args, files: [], timeoutMs: timeoutSeconds * 1000 };
    const bundleId = packages.set?.installed?.bundleId;
    const running = lease.run({
      executionId,
      ...program,
      env: Object.fromEntries(env),
      ...(bundleId && { packages: bundleId }),
    });
    // A secret that was deleted meanwhile has no mark to set; packages that were changed have another record.
    await Promise.allSettled([running, ...marked]);
    return { status: 200, body: executionBody(await running.catch(refuse)) };
  } finally {
    await lease.release();
  }
});

function chooseSecrets(all: readonly Secret[], choice: Choice): readonly Secret[] {
  if (choice === 'all') return all;
  if (choice === 'none') return [];
  const byName = new Map(all.map((secret) => [secret.name, secret]));
  return [...new Set(choice)].map((name) => {
    const secret = byName.get(name);
    if (!secret) throw invalid('secrets', `there is no secret ${name}`);
    return secret;
  });
}

function refuse(error: unknown): never {
  if (error instanceof NoSandboxFree) {
    throw new ApiError('NO_SANDBOX_FREE', { headers: { 'Retry-After': '5' }, cause: error });
  }
  if (error instanceof SandboxUnavailable) {
    throw new ApiError('SANDBOX_UNAVAILABLE', {
      sentence: `This installation cannot run code: ${error.message}`,
      cause: error,
    });
  }
  if (error instanceof SandboxLost) throw new ApiError('UNAVAILABLE', { cause: error });
  throw error;
}
