import * as z from 'zod';
import { type BackgroundRecord, defineBackground } from './define-route.ts';

export const awaitExecution = defineBackground({
  operationId: 'jobs.awaitExecution',
  summary: 'Waits for the end of a detached execution, and stores its result',
  payload: z.strictObject({ userId: z.string(), executionId: z.uuid() }),
  access: {
    tables: { executions: 'write' },
    objects: 'write',
    keys: ['data'],
    dataKeyPurpose: 'execution',
    sandboxes: true,
    background: ['jobs.awaitExecution'],
  },
  timeoutSeconds: 900,
});

export type BackgroundId = 'jobs.awaitExecution';

/** Every background function. */
export const backgrounds: readonly (BackgroundRecord & { readonly operationId: BackgroundId })[] = [
  awaitExecution,
];
