import { externalProvider, SandboxPool } from '../sandboxes/pool.ts';
import { dynamoTable } from './dynamo-table.ts';

/**
 * The sandboxes of a function on AWS: tasks that come and go by themselves, leased by the pool's table, which the
 * function's environment names (`STRONGROOM_TABLE_SANDBOXES`).
 */
export function sandboxPool(env: NodeJS.ProcessEnv): SandboxPool {
  const table = dynamoTable(env);
  return new SandboxPool(table, externalProvider(table));
}
