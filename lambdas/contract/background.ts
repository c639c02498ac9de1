import { z } from 'zod';
import { type BackgroundRecord, defineBackground } from './define-route.ts';

export const attend = defineBackground({
  operationId: 'execute.attend',
  summary: 'Waits for the end of a program that was handed over, and stores its result',
  payload: z.strictObject({ userId: z.string(), executionId: z.uuid() }),
  access: {
    tables: { executions: 'write' },
    objects: 'write',
    keys: ['data'],
    dataKeyPurpose: 'execution',
    sandboxes: true,
    background: ['execute.attend'],
  },
  timeoutSeconds: 900,
});

export type BackgroundId = 'execute.attend';

/** Every function that runs in the background. */
export const backgrounds: readonly (BackgroundRecord & { readonly operationId: BackgroundId })[] = [attend];
