import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandOptions, run } from './command.ts';

/**
 * Creates a Python virtual environment with the packages that `requirements.txt` pins, or reuses the existing one.
 *
 * @returns path of its Python
 * @throws Error if there is no Python 3.10 or newer, or if a package cannot be installed
 */
export async function virtualEnv(
  folder: string,
  requirements: string,
  options: CommandOptions & { readonly logFile: string },
): Promise<string> {
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'installed');
  const wanted = createHash('sha256')
    .update(pythonVersion())
    .update(await readFile(requirements))
    .digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return python;

  await rm(folder, { recursive: true, force: true });
  await run(['python3', '-m', 'venv', folder], options);
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '-r', requirements];
  await run([python, ...install], options);
  await writeFile(stamp, wanted);
  return python;
}

function pythonVersion(): string {
  try {
    const check = 'import sys; assert sys.version_info >= (3, 10); print(sys.version)';
    return execFileSync('python3', ['-c', check], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error('this test needs Python 3.10 or newer, as python3', { cause: error });
  }
}
