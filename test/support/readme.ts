import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expectPrinted, programOf, stepsOf } from './steps.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/**
 * Does the steps of sections of the README in one shell, and compares what they print with what stands there.
 *
 * @returns how many there were
 */
export async function followReadme(titles: readonly string[], url: string, cwd: string): Promise<number> {
  const steps = titles.flatMap((title) => stepsOf(sectionOf(title), 'sh'));
  const script = programOf(steps, url, (mark) => `echo '${mark}'`);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd });
  expectPrinted(steps, url, stdout);
  return steps.length;
}

function sectionOf(title: string): string {
  const section = readme.split(/^## /m).find((part) => part.startsWith(title));
  if (!section) throw new Error(`the README has no section ${title}`);
  return section;
}
