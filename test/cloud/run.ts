/**
 * Deploys the stack to an emulator of AWS on this machine and tests it there: `npm run test:cloud`. Arguments go
 * to vitest. Needs Node, Python 3.10 and their registries; no account, no Docker. See docs/cloud-test.md.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { runVisibly } from '../support/command.ts';
import { virtualEnv } from '../support/virtual-env.ts';
import { deploy } from './deploy.ts';
import { startEmulator } from './emulator.ts';

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
    const config = join(import.meta.dirname, 'vitest.config.ts');
    return await runVisibly([join(binaries, 'vitest'), 'run', '--config', config, ...process.argv.slice(2)], {
      cwd: root,
      signal,
      env: {
        ...emulator.env,
        CLOUD_TEST_API_URL: apiUrl,
        CLOUD_TEST_OUTPUTS: JSON.stringify(outputs),
        CLOUD_TEST_LOG: emulator.logFile,
      },
    });
  } finally {
    await emulator.stop();
  }
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
