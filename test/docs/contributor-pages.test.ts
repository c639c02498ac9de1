import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const folder = join(root, 'docs', 'decisions');
const files = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));
const index = readFileSync(join(folder, 'README.md'), 'utf8');

describe('the decision records', () => {
  test.each(files)('%s is in the index with its title, status and date', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const header =
      /^# (?<number>\d+)\. (?<title>.+)\n\n- Status: (?<status>.+)\n- Date: (?<date>\d{4}-\d\d-\d\d)\n/;
    const { number, title, status, date } = header.exec(text)?.groups ?? {};
    expect(Number(number)).toBe(Number(file.slice(0, 4)));
    expect(index).toContain(`| ${number} | [${title}](${file}) | ${status} | ${date} |`);
  });

  test('the index lists nothing else, in order of number', () => {
    const listed = [...index.matchAll(/^\| \d+ \| \[.+\]\((.+)\) \|/gm)].map(([, file]) => file);
    expect(listed).toEqual(files.toSorted());
  });
});

describe('the pages for contributors', () => {
  test.each([
    ...files.map((file) => join('docs', 'decisions', file)),
    'docs/decisions/README.md',
    'docs/architecture.md',
    'docs/glossary.md',
    'CONTRIBUTING.md',
    'examples/README.md',
  ])('every relative link in %s leads to a file', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const missing = links.filter((target) => !existsSync(resolve(root, page, '..', target)));
    expect(missing).toEqual([]);
  });

  test.each(['docs/architecture.md', 'CONTRIBUTING.md'])('every path that %s names exists', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const folders = 'bin|cli|client|contract|crypto|infra|lambdas|platform|sandbox-image|test|web';
    const paths = [...text.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+)\``, 'g'))].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
