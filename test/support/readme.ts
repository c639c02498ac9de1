import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const printedUrl = 'http://127.0.0.1:8787';
const mark = '---next---';

type Step = { readonly command: string; readonly output: string | undefined };

/**
 * Does the steps of sections of the README in one shell, and compares what they print with what stands there.
 *
 * @returns how many there were
 */
export async function followReadme(titles: readonly string[], url: string, cwd: string): Promise<number> {
  const steps = titles.flatMap((title) => stepsOf(sectionOf(title)));
  const script = steps
    .map(({ command }) => `${command.replaceAll(printedUrl, url)}\necho '${mark}'`)
    .join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd });
  const printed = stdout.split(`${mark}\n`);
  for (const [position, { command, output }] of steps.entries()) {
    const expected = output?.replaceAll(printedUrl, url);
    if (expected !== undefined) expect(printed[position]?.trim(), command).toMatch(pattern(expected));
  }
  return steps.length;
}

function sectionOf(title: string): string {
  const section = readme.split(/^## /m).find((part) => part.startsWith(title));
  if (!section) throw new Error(`the README has no section ${title}`);
  return section;
}

/** Shell blocks, each with the block of output that follows it. */
function stepsOf(section: string): Step[] {
  const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']) => ({
    language,
    text,
  }));
  return blocks.flatMap(({ language, text }, position) => {
    const next = blocks[position + 1];
    const output = next && next.language !== 'sh' ? next.text : undefined;
    return language === 'sh' ? [{ command: text.trim(), output }] : [];
  });
}

/** `…` stands for anything within a line. */
function pattern(output: string): RegExp {
  const literal = output
    .trim()
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
