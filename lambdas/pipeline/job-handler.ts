import type { Context as LambdaContext } from 'aws-lambda';
import type { z } from 'zod';
import type { BackgroundRecord } from '../../contract/define-route.ts';
import { grantsOf } from '../../contract/grants.ts';
import { describeError, logger } from '../../platform/logger.ts';
import { type Platform, platform } from '../../platform/platform.ts';
import { restrict } from './restrict.ts';

export type JobContext = {
  readonly platform: Platform;
  /** Aborts in time for the function to say that it is not done. On one machine it never does. */
  readonly timeIsUp: AbortSignal;
};

export type JobHandler = (payload: unknown, context?: LambdaContext) => Promise<void>;

/** What is left to a function to hand on what it has not done. */
const handOnMs = 30_000;

/** The stack of a function that works in the background: what it throws is logged, and Lambda tries again. */
export function jobHandler<const R extends BackgroundRecord>(
  record: R,
  work: (payload: z.output<R['payload']>, context: JobContext) => Promise<void>,
): JobHandler {
  const { operationId } = record;
  return async (payload, context) => {
    const started = performance.now();
    const timeIsUp = context
      ? AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - handOnMs))
      : new AbortController().signal;
    const durationMs = () => Math.round(performance.now() - started);
    try {
      const input = record.payload.parse(payload) as z.output<R['payload']>;
      await work(input, { platform: restrict(platform(), grantsOf(record)), timeIsUp });
      logger.info('background', { operationId, durationMs: durationMs() });
    } catch (error) {
      logger.error('background', { operationId, durationMs: durationMs(), ...describeError(error) });
      throw error;
    }
  };
}
