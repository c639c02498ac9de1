import { reconcilePool as job } from '../../contract/jobs.ts';
import { isOffHours } from '../../platform/sandboxes/pool-hours.ts';
import { reconcilePool } from '../../platform/sandboxes/pool-reconciler.ts';
import { PoolSettings } from '../../platform/sandboxes/pool-settings.ts';
import { jobHandler } from '../pipeline/job-handler.ts';

export const handler = jobHandler(job, (_, { platform: { table, poolTasks } }) => {
  const settings = PoolSettings.parse(process.env);
  const spare = isOffHours(settings.STRONGROOM_POOL_OFF_HOURS, new Date())
    ? 0
    : settings.STRONGROOM_POOL_SPARE;
  return reconcilePool(
    { table, tasks: poolTasks, fetchKey: poolTasks.fetchKey },
    { size: settings.STRONGROOM_POOL_SIZE, spare },
  );
});
