import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expectPrinted, programOf, stepsOf } from './steps.ts';

const terminal = fileURLToPath(new URL('../cli/terminal.py', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

export type Following = {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Somebody at a terminal, who types each answer as soon as its question is there. */
  readonly typing?: readonly (readonly [question: string, answer: string])[];
};

/**
 * Does the steps of sections of the README in one shell, and compares what they print with what stands there.
 *
 * @returns how many there were
 */
export async function followReadme(
  titles: readonly string[],
  url: string,
  { cwd, env, typing }: Following,
): Promise<number> {
  const steps = titles.flatMap((title) => stepsOf(sectionOf(title), 'sh'));
  const script = programOf(steps, url, (mark) => `echo '${mark}'`);
  const shell = ['bash', '-euo', 'pipefail', '-c', script];
  const [program = '', ...args] = typing ? ['python3', terminal, JSON.stringify(typing), ...shell] : shell;
  const { stdout } = await promisify(execFile)(program, args, { cwd, ...(env && { env }) });
  expectPrinted(steps, url, stdout);
  return steps.length;
}

function sectionOf(title: string): string {
  const section = readme.split(/^## /m).find((part) => part.startsWith(title));
  if (!section) throw new Error(`the README has no section ${title}`);
  return section;
}
