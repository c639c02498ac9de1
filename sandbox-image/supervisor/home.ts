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

/** A supervisor's own directory, below the temporary one. */
export type Home = {
  readonly path: string;
  /** What a Node.js of a run begins with. Every user can read it here, wherever it is installed. */
  readonly bootstrap: string;
  /** Where slots meet the supervisor; closed to all others. */
  readonly meeting: string;
  /** For runs' directories. Other users traverse it and the home to reach their own, and see the names in neither. */
  makeBase(name: string): string;
};

/** Beside this module in the repository, below it in the bundle. */
const bootstrapSource = ['../zygote/javascript.cjs', './zygote/javascript.cjs']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place));

const prefix = 'strongroom-sandbox-';

/** Makes the home, and removes those of supervisors that were killed before they could do it themselves. */
export function makeHome(temporary: string): Home {
  // A pid says something only inside its own pid namespace.
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

export function removeHome(home: Home): void {
  rmSync(home.path, { recursive: true, force: true });
}

function removeStale(temporary: string, namespace: string): void {
  for (const name of readdirSync(temporary)) {
    const pid = name.startsWith(namespace) ? Number(name.slice(namespace.length).split('-')[0]) : 0;
    if (!pid || alive(pid)) continue;
    const path = join(temporary, name);
    try {
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another supervisor that starts now was quicker.
    }
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
