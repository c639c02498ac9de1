import { expect } from 'vitest';

const printedUrl = 'http://127.0.0.1:8787';
const mark = '---next---';

export type Step = { readonly command: string; readonly output: string | undefined };

/** Returns the code blocks of a page in a language, each with the output block (`text`, `json`) that follows it. */
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

/** Returns the steps as one program that marks the end of each. @param print prints a text in the language */
export function programOf(steps: readonly Step[], url: string, print: (mark: string) => string): string {
  return steps.map(({ command }) => `${command.replaceAll(printedUrl, url)}\n${print(mark)}`).join('\n');
}

/** Compares the output of the steps with the output on the page. */
export function expectPrinted(steps: readonly Step[], url: string, stdout: string): void {
  const printed = stdout.split(new RegExp(`${mark}\\r?\\n`));
  for (const [position, { command, output }] of steps.entries()) {
    const expected = output?.replaceAll(printedUrl, url);
    const seen = atTerminal(printed[position] ?? '');
    if (expected !== undefined) expect(seen, command).toMatch(pattern(expected));
  }
}

/** Returns what remains on a screen, without trailing spaces. */
function atTerminal(text: string): string {
  const lines = text.split(/\r*\n/).map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd());
  return lines.join('\n').trim();
}

/** `…` matches anything within a line and, alone on a line, any lines. */
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
