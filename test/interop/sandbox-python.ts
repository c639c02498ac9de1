import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findInterpreter } from '../../sandbox-image/protocol/interpreter.ts';
import { isRoot } from '../sandbox-image/supervisor/supervisor.ts';

export type SandboxPython = {
  /** A Python that has the packages itself, as the one of the image has. */
  readonly executable: string;
  /** Where bundles are; `bundle` is the id of one with the same packages. */
  readonly bundles: string;
  readonly bundle: string;
  /** Everything is below it. */
  readonly folder: string;
};

const run = promisify(execFile);

/**
 * The Python that a sandbox finds here, with `packages` from the index, both as its own and as a bundle.
 *
 * @throws Error where there is no Python with pip, or no index
 */
export async function installForSandbox(packages: readonly string[]): Promise<SandboxPython> {
  const base = await findInterpreter(undefined, process.env.PATH ?? '', isRoot);
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-interop-'));
  chmodSync(folder, 0o755);
  const environment = join(folder, 'environment');
  await run(base.executable, ['-m', 'venv', '--without-pip', environment]);
  const version = base.version.slice(0, 2).join('.');
  const bundles = join(folder, 'bundles');
  const bundle = 'a'.repeat(64);
  const where = ['--python-version', version, '--only-binary', ':all:'];
  const target = join(environment, 'lib', `python${version}`, 'site-packages');
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  const install = ['-m', 'pip', 'install', ...quiet, ...where, '--target', target, ...packages];
  await run('python3', install, { maxBuffer: 1 << 24 });
  await run('mkdir', ['-p', bundles]);
  await run('cp', ['-r', target, join(bundles, bundle)]);
  return { executable: join(environment, 'bin', 'python'), bundles, bundle, folder };
}
