import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expectPrinted, programOf, stepsOf } from './steps.ts';

const terminal = fileURLToPath(new URL('../cli/terminal.py', import.meta.url));

export type Following = {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Answers for a terminal; each is typed as soon as its prompt appears. */
  readonly typing?: readonly (readonly [question: string, answer: string])[];
};

/**
 * Runs the steps of a page's sections in one shell, and compares their output with what the page prints.
 *
 * @param path from the repository's root
 * @returns the number of steps
 */
export async function followPage(
  path: string,
  titles: readonly string[],
  url: string,
  { cwd, env, typing }: Following,
): Promise<number> {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const steps = titles.flatMap((title) => stepsOf(sectionOf(page, title), 'sh'));
  const script = programOf(steps, url, (mark) => `echo '${mark}'`);
  const shell = ['bash', '-euo', 'pipefail', '-c', script];
  const [program = '', ...args] = typing ? ['python3', terminal, JSON.stringify(typing), ...shell] : shell;
  const { stdout } = await promisify(execFile)(program, args, { cwd, ...(env && { env }) });
  expectPrinted(steps, url, stdout);
  return steps.length;
}

/** @throws Error if the page has no such section */
function sectionOf(page: string, title: string): string {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  if (!section) throw new Error(`there is no section ${title}`);
  return section;
}
