import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const tests = (...folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** Models, injected faults, races and tampering: each drives thousands of requests. */
const deepApi = ['test/api/**/*-{model,faults,race,tampering}.test.ts'];
/** Beside unit tests in the tree, but slower: they start an appliance or a sandbox, or derive many keys. */
const slow = [
  'test/client/{audit,messages,vault-files,zk}.test.ts',
  'test/client/vault/*.test.ts',
  'test/client/message-crypto/sr2.test.ts',
  'test/lambdas/{port-calls,refused-callers}.test.ts',
  'test/lambdas/audit/sequencer.test.ts',
  'test/platform/sandboxes/{pool,pool-reconciler}.test.ts',
];

/** Every test file of `npm test` is in exactly one of these, which `test/lint/projects.test.ts` checks. */
export const projects = {
  /** The loop while you work: no appliance, no sandbox, no stack. */
  unit: {
    include: tests('contract', 'crypto', 'vectors', 'lambdas', 'client', 'platform', 'web'),
    exclude: slow,
  },
  /** Appliances over HTTP, the command line, and the stack. */
  api: { include: [...tests('api', 'bin', 'cli', 'examples', 'infra'), ...slow], exclude: deepApi },
  sandbox: { include: tests('sandbox-image'), exclude: [] },
  /** The deep API tests, hostile programs, every document followed as it is written, and the lint rules broken. */
  deep: { include: [...tests('hostile', 'docs', 'lint'), ...deepApi], exclude: [] },
};

export default defineConfig({
  test: {
    // Of two cores Vitest would leave one idle; much of a test is waiting for an appliance.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: Object.entries(projects).map(([name, files]) => ({
      test: {
        name,
        ...files,
        setupFiles: ['test/support/setup.ts'],
        // Tests start hundreds of processes from TypeScript: a command line starts in half the time with the cache.
        env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'compile') },
        // Generous, since the machine may be busy: two files at a time, each with an appliance and Argon2id.
        testTimeout: 60_000,
        hookTimeout: 240_000,
      },
    })),
  },
});
