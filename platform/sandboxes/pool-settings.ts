import * as z from 'zod';

const names = z
  .string()
  .min(1)
  .transform((value) => value.split(','));
const count = z.string().regex(/^\d+$/, { error: 'must be a whole number' }).transform(Number);

/** The variables by which the stack tells the reconciler about its pool. */
export const PoolSettings = z.object({
  STRONGROOM_POOL_CLUSTER: z.string().min(1),
  /** ARN of the task definition, with its revision. */
  STRONGROOM_POOL_TASK: z.string().min(1),
  STRONGROOM_POOL_SUBNETS: names,
  STRONGROOM_POOL_SECURITY_GROUPS: names,
  STRONGROOM_POOL_PORT: count,
  /** Name of the function of the job that fetches the key of a sandbox. */
  STRONGROOM_POOL_KEY_FUNCTION: z.string().min(1),
  /** Most tasks at a time. */
  STRONGROOM_POOL_SIZE: count,
  /** Tasks kept ready for users who have none yet. */
  STRONGROOM_POOL_SPARE: count,
  /** When none are kept ready; see pool-hours.ts. */
  STRONGROOM_POOL_OFF_HOURS: z.string().optional(),
});

/** What the stack writes. */
export type PoolVariables = z.input<typeof PoolSettings>;
