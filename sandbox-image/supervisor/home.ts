import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A supervisor's own directory, below the temporary one. */
export type Home = {
  readonly path: string;
  /** Runs' directories. Other users traverse it and the home to reach their own, and see the names in neither. */
  readonly base: string;
  /** Where slots meet the supervisor; closed to all others. */
  readonly meeting: string;
};

const prefix = 'strongroom-sandbox-';

/** Makes the home, and removes those of supervisors that were killed before they could do it themselves. */
export function makeHome(temporary: string): Home {
  // A pid says something only inside its own pid namespace.
  const namespace = `${prefix}${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}-`;
  removeStale(temporary, namespace);
  const path = mkdtempSync(join(temporary, `${namespace}${process.pid}-`));
  const base = join(path, 'runs');
  const meeting = join(path, 'meeting');
  mkdirSync(base);
  mkdirSync(meeting, { mode: 0o700 });
  chmodSync(path, 0o711);
  chmodSync(base, 0o711);
  return { path, base, meeting };
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
