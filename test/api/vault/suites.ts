import type { Target } from '../target.ts';
import { fileSharesSuite } from './file-shares.suite.ts';
import { filesSuite } from './files.suite.ts';
import { vaultKeysSuite } from './keys.suite.ts';
import { kvSuite } from './kv.suite.ts';
import { recoverySuite } from './recovery.suite.ts';
import { sealedSuite } from './sealed.suite.ts';
import { sharesSuite } from './shares.suite.ts';
import { uploadsSuite } from './uploads.suite.ts';
import { walkSuite } from './walk.suite.ts';

/** The suites of the vault, for an appliance on any target. */
export function vaultSuites(target: () => Target): void {
  for (const suite of [
    walkSuite,
    vaultKeysSuite,
    kvSuite,
    sharesSuite,
    filesSuite,
    fileSharesSuite,
    uploadsSuite,
    sealedSuite,
    recoverySuite,
  ])
    suite(target);
}
