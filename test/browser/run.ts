/**
 * Tests the pages in Chromium: `npm run test:browser`. Passes its arguments to vitest. With SCREENSHOTS=FOLDER, the
 * tests save a picture of each state of a page there.
 */
import { join, resolve } from 'node:path';
import { runVisibly } from '../support/command.ts';
import { chromium } from './chromium.ts';

const root = resolve(import.meta.dirname, '..', '..');
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());

try {
  const options = { cwd: root, signal: interrupted.signal, env: process.env };
  const env = { ...process.env, CHROMIUM: await chromium(options) };
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const vitest = join(root, 'node_modules', '.bin', 'vitest');
  const command = [vitest, 'run', '--config', config, ...process.argv.slice(2)] as const;
  process.exitCode = await runVisibly(command, { ...options, env });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
}
