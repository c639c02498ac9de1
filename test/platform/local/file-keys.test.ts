import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataKeyRejected } from '../../../platform/keys.ts';
import { FileKeys } from '../../../platform/local/file-keys.ts';
import { KeyFileRejected } from '../../../platform/local/key-file.ts';
import { keysSuite } from '../keys.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newPath = () => join(folder, `keys-${files++}.json`);

keysSuite('a key file', async () => new FileKeys(newPath()));

test('only its owner can access the file, and no other file is left in the folder', () => {
  const path = newPath();
  new FileKeys(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).filter((name) => !name.endsWith('.json'))).toEqual([]);
});

test('the same file yields the same keys', async () => {
  const path = newPath();
  const [before, after] = [new FileKeys(path), new FileKeys(path)];
  const { plaintext, wrapped } = await before.generateDataKey({ a: '1' });
  expect(await after.openDataKey(wrapped, { a: '1' })).toEqual(plaintext);
  expect(await after.publicKeys('jwt')).toEqual(await before.publicKeys('jwt'));
});

test('another file does not open its data keys', async () => {
  const { wrapped } = await new FileKeys(newPath()).generateDataKey({ a: '1' });
  await expect(new FileKeys(newPath()).openDataKey(wrapped, { a: '1' })).rejects.toThrow(DataKeyRejected);
});

test.each([0o640, 0o604, 0o660, 0o644])('rejects a file of mode %o', (mode) => {
  const path = newPath();
  new FileKeys(path);
  chmodSync(path, mode);
  expect(() => new FileKeys(path)).toThrow(KeyFileRejected);
});

test('rejects a file that is damaged anywhere, and leaves it unchanged', () => {
  const path = newPath();
  new FileKeys(path);
  const text = readFileSync(path, 'utf8');
  const { dataKeys, signingKeys } = JSON.parse(text);
  const damaged = [
    '',
    '{}',
    text.slice(0, text.length / 2),
    text.replace('"version": 1', '"version": 2'),
    text.replace(dataKeys[0].key, Buffer.alloc(32, 1).toString('base64')),
    text.replace(dataKeys[0].id, '0011223344556677'),
    text.replace(JSON.stringify(signingKeys.jwt[0]), JSON.stringify(signingKeys.audit[0])),
  ];
  for (const content of damaged) {
    expect(content).not.toBe(text);
    writeFileSync(path, content);
    expect(() => new FileKeys(path)).toThrow(KeyFileRejected);
    expect(readFileSync(path, 'utf8')).toBe(content);
  }
});

test('does not quote the file when it rejects it', () => {
  const path = newPath();
  new FileKeys(path);
  const text = readFileSync(path, 'utf8');
  const { key } = JSON.parse(text).dataKeys[0];
  writeFileSync(path, text.replace('"version": 1', '"version": 2'));
  expect(() => new FileKeys(path)).toThrow(expect.not.stringContaining(key));
});

test('a ping fails once the file is gone', async () => {
  const path = newPath();
  const keys = new FileKeys(path);
  await keys.ping();
  rmSync(path);
  await expect(keys.ping()).rejects.toThrow();
});
