import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export type Interpreter = {
  /** The program itself, not a launcher such as pyenv's; of a virtual environment the one in it. */
  readonly executable: string;
  readonly version: readonly [number, number, number];
};

type Candidate = Interpreter & { readonly directories: readonly string[] };

const oldest = [3, 9] as const;
const fixed = ['/usr/local/bin/python3', '/usr/bin/python3'];

const describe = `
import json, os, sys, sysconfig
paths = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]),
                  "directories": sorted(paths)}))
`;

/**
 * The Python to run programs with: `wanted`, or the newest one on PATH and in the usual places.
 *
 * @param others whether users other than this one must be able to read it: where runs have ids of their own
 * @throws Error with a sentence that says what was tried
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
    const refusal = candidate ? objection(candidate, others) : 'does not start';
    if (candidate && !refusal) found.push(candidate);
    else refusals.push(`${program} ${refusal}`);
  }
  const [best] = found.sort((a, b) => compare(b.version, a.version));
  if (best) return best;
  throw new Error(
    `no Python ${oldest.join('.')} or newer to run programs with (${refusals.join('; ') || 'none is on PATH'}); ` +
      'install one that every user can read, or name it in STRONGROOM_PYTHON',
  );
}

function candidates(path: string): string[] {
  const onPath = path
    .split(delimiter)
    .map((directory) => join(directory, 'python3'))
    .find(executable);
  return [...new Set([...(onPath ? [onPath] : []), ...fixed.filter(executable)])];
}

function executable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function inspect(program: string): Promise<Candidate> {
  const { stdout } = await promisify(execFile)(program, ['-I', '-c', describe], { timeout: 10_000 });
  return JSON.parse(stdout) as Candidate;
}

function objection(candidate: Candidate, others: boolean): string | undefined {
  if (compare(candidate.version, oldest) < 0) return `is ${candidate.version.join('.')}`;
  const closed =
    others && [candidate.executable, ...candidate.directories].find((place) => !openToAll(place));
  return closed ? `is closed to other users (${closed})` : undefined;
}

/** Whether a user without any right of its own can read `path`: all directories above can be traversed. */
function openToAll(path: string): boolean {
  const real = realpathSync(path);
  if ((statSync(real).mode & 0o005) !== 0o005) return false;
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
