import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findWords } from './words.ts';

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
  ['docs', 'word-of-the-test.md'],
  ['web', 'word-of-the-test.ts'],
  ['cli', 'word-of-the-test.ts'],
  ['contract', 'word-of-the-test.ts'],
])('the check fails for a word in %s', (folder, name) => {
  const file = join(root, folder, name);
  writeFileSync(file, '// Nobody reads this.\n');
  try {
    const { status, stdout } = spawnSync(process.execPath, ['test/lint/words.ts'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout).toContain(`${folder}/${name}:1: "Nobody"`);
    expect(status).toBe(1);
  } finally {
    rmSync(file);
  }
});
