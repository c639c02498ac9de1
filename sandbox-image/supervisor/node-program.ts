import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { promisify } from 'node:util';
import { findOnPath, isOpenToAll } from '../protocol/executables.ts';

/** The Node.js to run programs with, or the reason why it is missing. */
export type NodeProgram = { readonly path: string } | { readonly reason: string };

const oldestMajor = 22;

/**
 * Returns the Node.js named in STRONGROOM_NODE, or else the one that runs this process, or else the first on PATH.
 *
 * Its folder may be closed to other users: the zygote opens the file, and a run executes the open file. Only the mode
 * of the file itself matters.
 *
 * @param others whether other users must be able to run it, because runs have user ids of their own
 */
export async function findNode(
  wanted: string | undefined,
  path: string,
  others: boolean,
): Promise<NodeProgram> {
  const candidates = wanted ? [wanted] : [process.execPath, ...findOnPath(path, 'node')];
  const refusals: string[] = [];
  for (const candidate of candidates) {
    const refusal = await faultOf(candidate, others).catch(() => 'does not start');
    if (!refusal) return { path: realpathSync(candidate) };
    refusals.push(`${candidate} ${refusal}`);
  }
  return {
    reason:
      `found no Node.js ${oldestMajor} or newer to run programs with (${refusals.join('; ')}); ` +
      'set STRONGROOM_NODE to one that every user can run',
  };
}

async function faultOf(program: string, others: boolean): Promise<string | undefined> {
  const real = realpathSync(program);
  if (others && !isOpenToAll(real)) return 'is closed to other users';
  const version = real === realpathSync(process.execPath) ? process.version : await versionOf(real);
  return Number(version.slice(1).split('.')[0]) < oldestMajor ? `is ${version}` : undefined;
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 });
  return stdout.trim();
}
