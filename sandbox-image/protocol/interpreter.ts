import { execFile } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, isExecutable, isOpenToAll } from './executables.ts';

export type Interpreter = {
  /** The interpreter itself, not a launcher such as that of pyenv. In a virtual environment, the one in it. */
  readonly executable: string;
  readonly version: readonly [number, number, number];
};

type Candidate = Interpreter & { readonly directories: readonly string[] };

const oldest = [3, 9] as const;
const usualPlaces = ['/usr/local/bin/python3', '/usr/bin/python3'];

const describe = `
import json, os, sys, sysconfig
paths = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]),
                  "directories": sorted(paths)}))
`;

/**
 * Returns the Python to run programs with: `wanted`, or the newest one on PATH and in the usual places.
 *
 * @param others whether other users must be able to read it, because runs have user ids of their own
 * @throws Error that says what was tried
 */
export async function findInterpreter(
  wanted: string | undefined,
  path: string,
  others: boolean,
): Promise<Interpreter> {
  const refusals: string[] = [];
  const found: Candidate[] = [];
  for (const program of wanted ? [wanted] : candidates(path)) {
    const candidate = await inspect(program).catch(() => undefined);
    const refusal = candidate ? faultOf(candidate, others) : 'does not start';
    if (candidate && !refusal) found.push(candidate);
    else refusals.push(`${program} ${refusal}`);
  }
  const [best] = found.sort((a, b) => compare(b.version, a.version));
  if (best) return best;
  const reasons = refusals.join('; ') || 'no python3 on PATH';
  throw new Error(
    `found no Python ${oldest.join('.')} or newer to run programs with (${reasons}); ` +
      'install one that every user can read, or set STRONGROOM_PYTHON to its path',
  );
}

function candidates(path: string): string[] {
  return [...new Set([...findOnPath(path, 'python3'), ...usualPlaces.filter(isExecutable)])];
}

async function inspect(program: string): Promise<Candidate> {
  const { stdout } = await promisify(execFile)(program, ['-I', '-c', describe], { timeout: 10_000 });
  return JSON.parse(stdout) as Candidate;
}

function faultOf(candidate: Candidate, others: boolean): string | undefined {
  if (compare(candidate.version, oldest) < 0) return `is ${candidate.version.join('.')}`;
  const closed =
    others && [candidate.executable, ...candidate.directories].find((place) => !isReachableByAll(place));
  return closed ? `is closed to other users (${closed})` : undefined;
}

/** Whether any user can read `path` and traverse all directories above it. */
function isReachableByAll(path: string): boolean {
  const real = realpathSync(path);
  if (!isOpenToAll(real)) return false;
  for (let parent = dirname(real); ; parent = dirname(parent)) {
    if ((statSync(parent).mode & 0o001) === 0) return false;
    if (parent === dirname(parent)) return true;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, part] of b.entries()) {
    const difference = (a[at] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
