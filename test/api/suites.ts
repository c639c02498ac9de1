import { auditSuite } from './audit.suite.ts';
import { auditLogSuite } from './audit-log.suite.ts';
import { authSuite } from './auth.suite.ts';
import { executeSuite } from './execute.suite.ts';
import { executionEventsSuite } from './execution-events.suite.ts';
import { executionsSuite } from './executions.suite.ts';
import { generateSuite } from './generate.suite.ts';
import { messagesSuite } from './messages.suite.ts';
import { packagesSuite } from './packages.suite.ts';
import { rulesSuite } from './rules.suite.ts';
import { secretsSuite } from './secrets.suite.ts';
import { systemSuite } from './system.suite.ts';
import type { Target } from './target.ts';
import { tokensSuite } from './tokens.suite.ts';
import { vaultSuites } from './vault/suites.ts';
import { zkSuite } from './zk.suite.ts';

/** The suites of the whole contract, for an appliance on any target. */
export function apiSuites(target: () => Target): void {
  for (const suite of [
    systemSuite,
    rulesSuite,
    authSuite,
    secretsSuite,
    executeSuite,
    executionsSuite,
    executionEventsSuite,
    packagesSuite,
    generateSuite,
    zkSuite,
    auditSuite,
    auditLogSuite,
    vaultSuites,
    messagesSuite,
    tokensSuite,
  ]) {
    suite(target);
  }
}
