import * as z from 'zod';

const names = z
  .string()
  .min(1)
  .transform((value) => value.split(','));

/** The variables by which the stack tells a function how to start package builds. */
export const BuilderSettings = z.object({
  STRONGROOM_BUILDER_CLUSTER: z.string().min(1),
  /** ARN of the task definition, with its revision. */
  STRONGROOM_BUILDER_TASK: z.string().min(1),
  STRONGROOM_BUILDER_SUBNETS: names,
  STRONGROOM_BUILDER_SECURITY_GROUPS: names,
});

/** What the stack writes. */
export type BuilderVariables = z.input<typeof BuilderSettings>;
