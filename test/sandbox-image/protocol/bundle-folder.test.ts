import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeReadOnly } from '../../../sandbox-image/protocol/bundle-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-bundles-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('removes a bundle whose folders are read-only', () => {
  const bundle = join(folder, 'bundle');
  mkdirSync(join(bundle, 'package', 'inner'), { recursive: true });
  writeFileSync(join(bundle, 'package', 'inner', 'module.py'), '');
  for (const part of ['package/inner', 'package', '.']) chmodSync(join(bundle, part), 0o555);
  removeReadOnly(bundle);
  expect(existsSync(bundle)).toBe(false);
  removeReadOnly(bundle);
});

test('neither removes nor changes the target of a link', () => {
  const outside = join(folder, 'outside');
  mkdirSync(join(outside, 'closed'), { recursive: true });
  writeFileSync(join(outside, 'closed', 'file'), 'kept');
  for (const part of ['closed', '.']) chmodSync(join(outside, part), 0o750);
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle);
  symlinkSync(outside, join(bundle, 'link'));
  symlinkSync(join(outside, 'closed', 'file'), join(bundle, 'file'));
  symlinkSync(join(folder, 'nowhere'), join(bundle, 'broken'));
  removeReadOnly(bundle);
  removeReadOnly(join(folder, 'absent'));
  expect(existsSync(bundle)).toBe(false);
  for (const part of ['closed', '.']) expect(statSync(join(outside, part)).mode & 0o777).toBe(0o750);
  expect(existsSync(join(outside, 'closed', 'file'))).toBe(true);
});
