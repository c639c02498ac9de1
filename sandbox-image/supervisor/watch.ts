import { lstatSync, opendirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const kibibyte = 1024;
/** A directory with more entries is over any limit; counting on would only cost time. */
const maxEntries = 20_000;

export type Watched = { readonly pid: number; readonly uid: number | null; readonly zygotePid: number };

/**
 * Memory of each run: anonymous, shared and swapped pages of all its processes, less what each began with as a copy
 * of the zygote. It is what the host would get back; the zygote's own pages stay shared.
 */
export function measureMemory<Run extends Watched>(runs: readonly Run[]): Map<Run, number> {
  const totals = new Map<Run, number>();
  for (const zygotePid of new Set(runs.map((run) => run.zygotePid))) {
    measureOf(
      zygotePid,
      runs.filter((run) => run.zygotePid === zygotePid),
      totals,
    );
  }
  return totals;
}

function measureOf<Run extends Watched>(
  zygotePid: number,
  runs: readonly Run[],
  totals: Map<Run, number>,
): void {
  const inherited = memory(zygotePid).anonymous;
  const byPid = new Map(runs.map((run) => [run.pid, run]));
  const byUid = new Map(runs.filter((run) => run.uid !== null).map((run) => [run.uid, run]));
  for (const child of children(zygotePid)) {
    const run = byPid.get(child) ?? byUid.get(memory(child).uid);
    if (run) totals.set(run, (totals.get(run) ?? 0) + tree(child, inherited));
  }
}

/** Bytes that a directory takes on the disk; Infinity where it holds too many files to count. */
export function measureDisk(directory: string): number {
  let bytes = 0;
  let entries = 0;
  const open = [directory];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    try {
      const listing = opendirSync(at);
      try {
        for (let entry = listing.readSync(); entry; entry = listing.readSync()) {
          entries += 1;
          if (entries > maxEntries) return Number.POSITIVE_INFINITY;
          const path = join(at, entry.name);
          if (entry.isDirectory()) open.push(path);
          else bytes += lstatSync(path).blocks * 512;
        }
      } finally {
        listing.closeSync();
      }
    } catch {
      // Removed while it was read, or longer than a path can be.
    }
  }
  return bytes;
}

function tree(pid: number, inherited: number): number {
  const own = memory(pid);
  let sum = Math.max(0, own.anonymous - inherited) + own.other;
  for (const child of children(pid)) sum += tree(child, inherited);
  return sum;
}

/** Each thread has children of its own. */
function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function memory(pid: number): { readonly anonymous: number; readonly other: number; readonly uid: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return {
      anonymous: field('RssAnon') * kibibyte,
      other: (field('RssShmem') + field('VmSwap')) * kibibyte,
      uid: field('Uid'),
    };
  } catch {
    return { anonymous: 0, other: 0, uid: -1 };
  }
}
