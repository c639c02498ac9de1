import { externalProvider, SandboxPool } from '../sandboxes/pool.ts';
import { dynamoTable } from './dynamo-table.ts';

/**
 * Returns the sandboxes of a function on AWS. The reconciler starts and stops the tasks; the function leases them
 * through the table that `STRONGROOM_TABLE_SANDBOXES` names.
 */
export function sandboxPool(env: NodeJS.ProcessEnv): SandboxPool {
  const table = dynamoTable(env);
  return new SandboxPool(table, externalProvider(table));
}
