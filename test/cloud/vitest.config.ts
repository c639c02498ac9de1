import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `run.ts` uses it after it has deployed the stack under test. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/cloud/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
