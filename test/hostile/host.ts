import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, type Supervisor } from '../sandbox-image/supervisor/supervisor.ts';

/** Finds what the runs of a sandbox left on this host, seen from outside. */
export class Host {
  readonly #zygote: number;
  readonly #temporary: string;

  /** @param temporary the TMPDIR of the sandbox */
  constructor(sandbox: Supervisor, temporary: string) {
    const [zygote] = children(sandbox.process.pid ?? 0);
    if (zygote === undefined) throw new Error('the supervisor has no zygote');
    this.#zygote = zygote;
    this.#temporary = temporary;
  }

  /** Returns what is left in addition to `spares` slots that wait for a job. */
  async remains(spares: number): Promise<string[]> {
    let found = this.#find(spares);
    for (let tries = 0; tries < 1000 && found.length > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      found = this.#find(spares);
    }
    return found.length > 0 ? found : this.#ipc();
  }

  #find(spares: number): string[] {
    const slots = children(this.#zygote);
    const grandchildren = slots.flatMap((pid) => descendants(pid).slice(1));
    const isolated = grandchildren.length > 0;
    return [
      ...(slots.length === spares ? [] : [`${slots.length} slots`]),
      ...(grandchildren.length === (isolated ? spares : 0) ? [] : [`${grandchildren.length} processes`]),
      ...this.#strayProcesses(slots),
      ...this.#files(spares),
      ...['/tmp', '/var/tmp', '/dev/shm', '/dev/mqueue'].flatMap((place) => this.#strayFiles(place)),
    ];
  }

  /** Returns processes with the user id of a run that are not descendants of the zygote. */
  #strayProcesses(slots: readonly number[]): string[] {
    const range = this.#range(slots);
    if (range === undefined) return [];
    const known = new Set(descendants(this.#zygote));
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && !known.has(Number(name)))
      .filter((pid) => Math.floor((uidOf(Number(pid)) - 200_000) / 10_000) === range)
      .map((pid) => `process ${pid}`);
  }

  #files(spares: number): string[] {
    const all = listing(this.#temporary);
    const runs = all.filter((path) => /^[^/]+\/runs\/[^/]+$/.test(path));
    const inRuns = all.filter((path) => /\/runs\/[^/]+\/(work|tmp)\//.test(path));
    return [...(runs.length === spares ? [] : [`${runs.length} directories`]), ...inRuns];
  }

  #strayFiles(place: string): string[] {
    const range = this.#range(children(this.#zygote));
    try {
      return readdirSync(place)
        .filter((name) => {
          const { uid } = statSync(join(place, name));
          return name === 'strongroom-left' || Math.floor((uid - 200_000) / 10_000) === range;
        })
        .map((name) => join(place, name));
    } catch {
      return [];
    }
  }

  /** Returns System V objects, in the namespace of the zygote if it has one. */
  #ipc(): string[] {
    if (!isRoot) return [];
    const lists = ['shm', 'sem', 'msg'].map((kind) => `/proc/sysvipc/${kind}`);
    const inside = ['-t', String(this.#zygote), '--ipc', 'cat', ...lists];
    const lines = execFileSync('nsenter', inside, { encoding: 'utf8' }).trim().split('\n');
    return lines.filter((line) => / 2\d{5} /.test(line));
  }

  /** Returns the number of the sandbox's range of user ids, or undefined if it has no range. */
  #range(slots: readonly number[]): number | undefined {
    const uid = Math.max(0, ...slots.flatMap(descendants).map(uidOf));
    return uid >= 200_000 ? Math.floor((uid - 200_000) / 10_000) : undefined;
  }
}

/** Returns an empty list if something is removed meanwhile. */
function listing(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true }) as string[];
  } catch {
    return [];
  }
}

function uidOf(pid: number): number {
  try {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? -1);
  } catch {
    return -1;
  }
}

function descendants(pid: number): number[] {
  return [pid, ...children(pid).flatMap(descendants)];
}

function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
