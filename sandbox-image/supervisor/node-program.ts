import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** The Node.js to run programs with, or why there is none. */
export type NodeProgram = { readonly path: string } | { readonly reason: string };

const oldestMajor = 22;

/**
 * The Node.js named in STRONGROOM_NODE, else the one that runs this, else the first on PATH.
 *
 * Where it lies does not matter: the zygote opens it, and a run executes what was opened. Its own mode does.
 *
 * @param others whether users other than this one must be able to run it: where runs have ids of their own
 */
export async function findNode(
  wanted: string | undefined,
  path: string,
  others: boolean,
): Promise<NodeProgram> {
  const onPath = path.split(delimiter).map((directory) => join(directory, 'node'));
  const candidates = wanted ? [wanted] : [process.execPath, ...onPath.filter(executable).slice(0, 1)];
  const refusals: string[] = [];
  for (const candidate of candidates) {
    const refusal = await objection(candidate, others).catch(() => 'does not start');
    if (!refusal) return { path: realpathSync(candidate) };
    refusals.push(`${candidate} ${refusal}`);
  }
  return {
    reason:
      `there is no Node.js ${oldestMajor} or newer to run programs with (${refusals.join('; ')}); ` +
      'name one that every user can run in STRONGROOM_NODE',
  };
}

async function objection(program: string, others: boolean): Promise<string | undefined> {
  const real = realpathSync(program);
  if (others && (statSync(real).mode & 0o005) !== 0o005) return 'is closed to other users';
  const version = real === realpathSync(process.execPath) ? process.version : await versionOf(real);
  return Number(version.slice(1).split('.')[0]) < oldestMajor ? `is ${version}` : undefined;
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 });
  return stdout.trim();
}

function executable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
