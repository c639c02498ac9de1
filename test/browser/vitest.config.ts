import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Used by `run.ts`, which finds or installs the browser. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
