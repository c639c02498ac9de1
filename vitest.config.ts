import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cloud/**', 'test/browser/**', 'test/interop/**'],
    // Of two cores Vitest would leave one idle; much of a test is waiting for an appliance.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Two files at a time, with an appliance and a second of Argon2id each now and then.
    testTimeout: 40_000,
    hookTimeout: 60_000,
  },
});
