/**
 * Deploys the stack to an emulator of AWS on this machine and tests it there: `npm run test:cloud`. Arguments are passed
 * to vitest. It needs Node, Python 3.10 and their registries, but no account and no Docker. See docs/cloud-test.md.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { runVisibly } from '../support/command.ts';
import { virtualEnv } from '../support/virtual-env.ts';
import { clientOptions } from './clients.ts';
import { deploy } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { CloudSandboxes } from './sandboxes.ts';

const root = resolve(import.meta.dirname, '..', '..');
const binaries = join(root, 'node_modules', '.bin');
const path = [binaries, process.env.PATH].join(delimiter);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());

const folder = await mkdtemp(join(tmpdir(), 'strongroom-cloud-'));
try {
  process.exitCode = await test();
} catch (error) {
  process.stderr.write(`${interrupted.signal.aborted ? 'interrupted' : message(error)}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function test(): Promise<number> {
  const { signal } = interrupted;
  const python = await step('Python packages', () =>
    virtualEnv(join(root, '.venv'), join(import.meta.dirname, 'requirements.txt'), {
      cwd: root,
      env: process.env,
      signal,
      logFile: join(folder, 'pip.log'),
    }),
  );
  const emulator = await step('Emulator', () => startEmulator(python, folder, path));
  try {
    const { apiUrl, outputs } = await step('Deployment', () => deploy(root, folder, emulator, signal));
    const sandboxes = new CloudSandboxes(
      new DynamoDBClient(clientOptions(emulator)),
      String(outputs.TableSandboxes),
      { root, path },
    );
    await step('Sandboxes', () => sandboxes.start());
    try {
      return await runTests(emulator, {
        CLOUD_TEST_API_URL: apiUrl,
        CLOUD_TEST_ADMIN_KEY: await administratorKey(emulator, String(outputs.AdministratorKeySecret)),
        CLOUD_TEST_OUTPUTS: JSON.stringify(outputs),
        CLOUD_TEST_LOG: emulator.logFile,
      });
    } finally {
      await sandboxes.stop();
    }
  } finally {
    await emulator.stop();
  }
}

function runTests(emulator: Emulator, env: NodeJS.ProcessEnv): Promise<number> {
  const config = join(import.meta.dirname, 'vitest.config.ts');
  return runVisibly([join(binaries, 'vitest'), 'run', '--config', config, ...process.argv.slice(2)], {
    cwd: root,
    signal: interrupted.signal,
    env: { ...emulator.env, ...env },
  });
}

/** Gets the key as an operator does: `aws secretsmanager get-secret-value`. */
async function administratorKey(emulator: Emulator, secretId: string): Promise<string> {
  const client = new SecretsManagerClient(clientOptions(emulator));
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  return SecretString ?? '';
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  interrupted.signal.throwIfAborted();
  const start = performance.now();
  process.stdout.write(`${name} … `);
  const result = await work();
  process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return result;
}

function message(error: unknown): string {
  return error instanceof Error ? `\n${error.message}` : String(error);
}
