import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of a supervisor, below the temporary directory. */
export type RuntimeDir = {
  readonly path: string;
  /** The script that each Node.js run starts with. A copy, because every user must be able to read it. */
  readonly bootstrap: string;
  /** Folder of the sockets on which slots connect to the supervisor; closed to other users. */
  readonly meeting: string;
  /**
   * Creates a parent for the directories of runs. Other users can traverse it and this directory, but not list either.
   */
  makeBase(name: string): string;
};

/** Next to this folder in the repository, below it in the bundle. */
const bootstrapSource = ['../zygote/javascript.cjs', './zygote/javascript.cjs']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place));

const prefix = 'strongroom-sandbox-';

/** Creates the directory, and removes those of supervisors that were killed. */
export function createRuntimeDir(temporary: string): RuntimeDir {
  // A pid is meaningful only inside its own pid namespace.
  const namespace = `${prefix}${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}-`;
  removeStale(temporary, namespace);
  const path = mkdtempSync(join(temporary, `${namespace}${process.pid}-`));
  const meeting = join(path, 'meeting');
  const bootstrap = join(path, 'javascript.cjs');
  mkdirSync(meeting, { mode: 0o700 });
  writeFileSync(bootstrap, bootstrapSource ? readFileSync(bootstrapSource) : '');
  chmodSync(bootstrap, 0o444);
  chmodSync(path, 0o711);
  return { path, bootstrap, meeting, makeBase: (name) => makeBase(join(path, name)) };
}

function makeBase(base: string): string {
  mkdirSync(base);
  chmodSync(base, 0o711);
  return base;
}

export function removeRuntimeDir(runtimeDir: RuntimeDir): void {
  rmSync(runtimeDir.path, { recursive: true, force: true });
}

function removeStale(temporary: string, namespace: string): void {
  for (const name of readdirSync(temporary)) {
    const pid = name.startsWith(namespace) ? Number(name.slice(namespace.length).split('-')[0]) : 0;
    if (!pid || isAlive(pid)) continue;
    const path = join(temporary, name);
    try {
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another supervisor, starting at the same time, removed it.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
