import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const zygote = resolve(import.meta.dirname, '../../../sandbox-image/zygote');

/** Runs Python with a range of three ids after that of the killer. @returns its output, parsed as JSON */
function withPool(...lines: string[]): unknown {
  const program = [
    'import json, uids',
    'uids._COUNT = 4',
    'pool = uids.UidPool("unused", 1000)',
    ...lines,
  ].join('\n');
  return JSON.parse(execFileSync('python3', ['-B', '-c', program], { cwd: zygote, encoding: 'utf8' }));
}

test('assigns ids in turn', () => {
  expect(withPool('print(json.dumps([pool.take(set()) for _ in range(5)]))')).toEqual([
    1001, 1002, 1003, 1001, 1002,
  ]);
});

test('skips an id that a run still has when the range starts over', () => {
  expect(withPool('print(json.dumps([pool.take({1001, 1003, None}) for _ in range(3)]))')).toEqual([
    1002, 1002, 1002,
  ]);
});

test('refuses a run rather than assign an id in use', () => {
  const lines = [
    'try: pool.take({1001, 1002, 1003})',
    'except RuntimeError as error: print(json.dumps(str(error)))',
  ];
  expect(withPool(...lines)).toBe('all user ids are in use');
});
