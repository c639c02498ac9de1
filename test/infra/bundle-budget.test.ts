import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundleOperations, functions } from '../../infra/bundle.ts';
import budget from '../../infra/bundle-budget.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'strongroom-bundles-'));
let bundles: readonly Bundle[];
beforeAll(async () => {
  bundles = await bundleOperations(functions, folder);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('every function stays within the budget', () => {
  const over = bundles.filter(({ sizeBytes }) => sizeBytes > budget.kibibytes * 1024);
  expect(over.map(({ operationId, sizeBytes }) => [operationId, Math.ceil(sizeBytes / 1024)])).toEqual([]);
});

test('every operation and every job has a bundle', () => {
  expect(bundles.map(({ operationId }) => operationId)).toEqual(
    functions.map(({ operationId }) => operationId),
  );
});
