import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findWords, proseFiles } from './words.ts';

const root = resolve(import.meta.dirname, '../..');

test.each([
  ['Nobody can read it.', 'nobody'],
  ['It is encrypted anew.', 'anew'],
  ['The key lies beside the value.', 'lies'],
  ['The upload goes on.', 'goes on'],
  ['What came of the build', 'What came of'],
  ['All run at once.', 'at once'],
  ['It is stored in the clear.', 'in the clear'],
])('finds the word to avoid in: %s', (text, found) => {
  expect(findWords(text)[0]).toMatchObject({ line: 1, found: expect.stringMatching(new RegExp(found, 'i')) });
});

test('names the line, and leaves plain English alone', () => {
  const text = 'The server deletes the message.\nThe caller sends a key.\nwhoever asks';
  expect(findWords(text)).toEqual([{ line: 3, found: 'whoever', write: expect.any(String) }]);
});

test.each([
  'README.md',
  'docs/vault.md',
  'web/dashboard/error-text.ts',
  'cli/program.ts',
  'contract/errors.ts',
])('the check covers %s', (file) => {
  expect(proseFiles()).toContain(file);
});

test('the check fails for a word, and names its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'words-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'page.md');
  writeFileSync(file, '# Title\n\nNobody reads this.\n');
  const check = () =>
    spawnSync(process.execPath, ['test/lint/words.ts', file], { cwd: root, encoding: 'utf8' });
  expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining(`${file}:3: "Nobody"`) });
  writeFileSync(file, '# Title\n\nNo one reads this.\n');
  expect(check()).toMatchObject({ status: 0, stdout: '' });
});
