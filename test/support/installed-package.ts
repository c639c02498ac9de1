import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { stepsOf } from './steps.ts';

const root = resolve(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The package, packed as docs/client.md shows and installed with its dependencies in the folder of a program. */
export class InstalledPackage {
  readonly folder = mkdtempSync(join(tmpdir(), 'strongroom-package-'));
  /** Paths of the files in the package. */
  readonly files: readonly string[];

  constructor() {
    const [pack] = stepsOf(readFileSync(join(root, 'docs', 'client.md'), 'utf8'), 'sh');
    const command = (pack?.command ?? '').replaceAll('/tmp', this.folder);
    const quiet = { npm_config_loglevel: 'error', npm_config_update_notifier: 'false' };
    const env = { ...process.env, ...quiet, npm_config_offline: 'true' };
    const packed = execFileSync('bash', ['-euc', command], { cwd: root, env, encoding: 'utf8' });
    const tarball = join(this.folder, packed.trim().split('\n').at(-1) ?? '');
    const list = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
    this.files = list
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''));
    mkdirSync(this.path);
    execFileSync('tar', ['-xzf', tarball, '-C', this.path, '--strip-components=1']);
    for (const name of [...Object.keys(manifest.dependencies), '@types/node']) this.#link(name);
  }

  get path(): string {
    const path = join(this.folder, 'node_modules', 'strongroom');
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Path of the package's `strongroom` command. */
  get program(): string {
    return join(this.path, manifest.bin.strongroom);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #link(name: string): void {
    const link = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
}

/** Returns the path of this machine's Node rather than the repository's, if the machine has one. */
export function plainNode(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const outside = folders.filter((folder) => !folder.includes('node_modules'));
  const path = outside.join(delimiter);
  try {
    return execFileSync('sh', ['-c', 'command -v node'], { env: { PATH: path }, encoding: 'utf8' }).trim();
  } catch {
    return process.execPath;
  }
}
