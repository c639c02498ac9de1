import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm run test:interop`: against what others have written; needs Python and its package index. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
