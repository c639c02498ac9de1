import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'vitest';
import { fromHex } from '../support/bytes.ts';

/** Project Wycheproof's and CCTV's files lie beside the repository, not in it. */
const folder = resolve(import.meta.dirname, '..', '..', '..', 'shared', 'vectors');

/**
 * The tests of one file of vectors. Where the file is missing they are skipped, and on a build server (`CI` set)
 * they fail: a missing folder must not look like a pass there.
 */
export function describeVectors(file: string, define: (text: string) => void): void {
  const path = resolve(folder, file);
  if (existsSync(path)) return void describe(file, () => define(readFileSync(path, 'utf8')));
  const missing = `${file}: not found in ${folder} (C2SP's wycheproof and CCTV; see docs/cryptography.md)`;
  if (!process.env.CI) return void test.skip(missing, () => {});
  test(file, () => {
    throw new Error(missing);
  });
}

export type WycheproofTest<Field extends string> = { readonly [name in Field]: string } & {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags?: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
};

export type WycheproofGroup<Field extends string> = {
  readonly tests: readonly WycheproofTest<Field>[];
  readonly [name: string]: unknown;
};

/** @throws Error where none is taken: a change of the file must not look like a pass */
export function wycheproof<Field extends string>(
  text: string,
  takes: (group: WycheproofGroup<Field>) => boolean = () => true,
): readonly WycheproofTest<Field>[] {
  const { testGroups } = JSON.parse(text) as { readonly testGroups: readonly WycheproofGroup<Field>[] };
  const tests = testGroups.filter(takes).flatMap((group) => group.tests);
  if (tests.length === 0) throw new Error('no test is taken of this file');
  return tests;
}

/** CCTV's `name = hex` lines. */
export function cctv(text: string): (name: string) => Uint8Array {
  const lines = new Map(text.split('\n').map((line) => line.split(' = ', 2) as [string, string]));
  return (name) => {
    const value = lines.get(name);
    if (value === undefined) throw new Error(`the file has no ${name}`);
    return fromHex(value);
  };
}
