import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';

const printedUrl = 'http://127.0.0.1:8787';
const mark = '---next---';

export type Step = { readonly command: string; readonly output: string | undefined };

/** Returns a page's code blocks in a language, each with the block of output (`text`, `json`) that follows it. */
export function stepsOf(page: string, language: string): Step[] {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, name, text = '']) => ({
    name,
    text,
  }));
  return blocks.flatMap(({ name, text }, position) => {
    const next = blocks[position + 1];
    const output = next && /^(text|json)$/.test(next.name ?? '') ? next.text : undefined;
    return name === language ? [{ command: text.trim(), output }] : [];
  });
}

/** Joins the steps into one program that marks the end of each. @param print returns code that prints a text */
export function programOf(steps: readonly Step[], url: string, print: (mark: string) => string): string {
  return steps.map(({ command }) => `${command.replaceAll(printedUrl, url)}\n${print(mark)}`).join('\n');
}

/** Compares the steps' output with the output that the page shows. */
export function expectPrinted(steps: readonly Step[], url: string, stdout: string): void {
  const printed = stdout.split(new RegExp(`${mark}\\r?\\n`));
  for (const [position, { command, output }] of steps.entries()) {
    const expected = output?.replaceAll(printedUrl, url);
    const seen = atTerminal(printed[position] ?? '');
    if (expected !== undefined) expect(seen, command).toMatch(pattern(expected));
  }
}

/** Returns the text that stays on a screen, without spaces at the ends of lines. */
function atTerminal(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/\r*\n/)
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd());
  return lines.join('\n').trim();
}

/** `…` stands for anything within a line and, alone on a line, for any lines. */
function pattern(output: string): RegExp {
  const lines = output.trim().split('\n');
  return new RegExp(`^${lines.map((line) => (line === '…' ? '[\\s\\S]*' : linePattern(line))).join('\n')}$`);
}

function linePattern(line: string): string {
  return line
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
