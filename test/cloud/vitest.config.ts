import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Started by `run.ts`, which deploys what these tests test. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/cloud/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
