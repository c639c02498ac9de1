import { lstatSync, opendirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const kibibyte = 1024;
/** A directory with more entries exceeds any limit, so counting stops. */
const maxEntries = 20_000;

export type Watched = { readonly pid: number; readonly uid: number | null; readonly zygotePid: number };

/** Returns the ids of the processes of each run. */
export function findProcesses<Run extends Watched>(runs: readonly Run[]): Map<Run, readonly number[]> {
  const found = new Map<Run, number[]>();
  for (const zygotePid of new Set(runs.map((run) => run.zygotePid))) {
    const own = runs.filter((run) => run.zygotePid === zygotePid);
    const byPid = new Map(own.map((run) => [run.pid, run]));
    const byUid = new Map(own.filter((run) => run.uid !== null).map((run) => [run.uid, run]));
    for (const child of children(zygotePid)) {
      const run = byPid.get(child) ?? byUid.get(memory(child).uid);
      if (run) found.set(run, [...(found.get(run) ?? []), ...tree(child)]);
    }
  }
  return found;
}

/**
 * Returns the memory of processes: anonymous, shared and swapped pages, without those that each process inherited from
 * the zygote. This is what the host would regain, because the pages of the zygote stay shared.
 */
export function measureMemory(zygotePid: number, pids: readonly number[]): number {
  const inherited = memory(zygotePid).anonymous;
  return pids
    .map(memory)
    .reduce((sum, { anonymous, other }) => sum + Math.max(0, anonymous - inherited) + other, 0);
}

/**
 * Returns the bytes on disk of deleted files that are still open or mapped, or 0 if the supervisor may not read them
 * (without CAP_SYS_PTRACE).
 */
export function measureUnnamed(pids: readonly number[]): number {
  const sizes = new Map<string, number>();
  for (const pid of pids) {
    for (const [file, bytes] of [...unnamedOpen(pid), ...unnamedMapped(pid)]) {
      sizes.set(file, Math.max(bytes, sizes.get(file) ?? 0));
    }
  }
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function unnamedOpen(pid: number): [string, number][] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor): [string, number][] => {
      try {
        const file = statSync(`/proc/${pid}/fd/${descriptor}`);
        return file.isFile() && file.nlink === 0 ? [[String(file.ino), file.blocks * 512]] : [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function unnamedMapped(pid: number): [string, number][] {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'latin1');
    return [
      ...maps.matchAll(/^(\w+)-(\w+) \S+ \w+ \S+ ([1-9]\d*) +(?!\/dev\/zero|\/memfd:).* \(deleted\)$/gm),
    ].map(([, from = '0', to = '0', inode = '']) => [
      inode,
      Number.parseInt(to, 16) - Number.parseInt(from, 16),
    ]);
  } catch {
    return [];
  }
}

/** Returns the bytes that a directory takes on disk, or Infinity if it has too many files to count. */
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
      // The directory was removed meanwhile, or its path is too long.
    }
  }
  return bytes;
}

function tree(pid: number): number[] {
  return [pid, ...children(pid).flatMap(tree)];
}

/** Each thread has its own list of children. */
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
