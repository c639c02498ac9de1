import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';

const root = resolve(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('the README’s tour', () => {
  let appliance: TestAppliance;
  beforeAll(async () => {
    appliance = await TestAppliance.start();
  });
  afterAll(() => appliance.remove());

  test('prints what it says that it prints', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-tour-'));
    try {
      expect(await follow('A two-minute tour', folder)).toBeGreaterThan(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('sends a secret by a link, as it says', async () => {
    expect(await follow('Send a secret by a link', root)).toBe(1);
  });

  /** Does the steps of a section, and compares what they print. @returns how many */
  async function follow(title: string, cwd: string): Promise<number> {
    const steps = stepsOf(sectionOf(title));
    const script = steps
      .map(
        ({ command }) =>
          `${command.replaceAll('http://127.0.0.1:8787', appliance.target.url)}\necho '${mark}'`,
      )
      .join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd });
    const printed = stdout.split(`${mark}\n`);
    for (const [position, { command, output }] of steps.entries()) {
      const expected = output?.replaceAll('http://127.0.0.1:8787', appliance.target.url);
      if (expected !== undefined) expect(printed[position]?.trim(), command).toMatch(pattern(expected));
    }
    return steps.length;
  }
});

const mark = '---next---';

type Step = { readonly command: string; readonly output: string | undefined };

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

describe('links between documents', () => {
  const documents = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );

  test.each(documents)('%s links to files that are there', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });
});
