import type { Context as LambdaContext } from 'aws-lambda';
import type * as z from 'zod';
import type { JobRecord } from '../../contract/define-job.ts';
import { grantsOf } from '../../contract/grants.ts';
import { describeError, logger } from '../../platform/logger.ts';
import { type Platform, platform } from '../../platform/platform.ts';
import { restrict } from './restrict.ts';

export type JobContext = {
  readonly platform: Required<Platform>;
  /** Aborts while the function still has time to hand its work over. It never aborts on one machine. */
  readonly timeIsUp: AbortSignal;
};

/** A job whose record has no payload ignores whatever its trigger sends. */
type PayloadOf<J extends JobRecord> = J['payload'] extends z.ZodType ? z.output<J['payload']> : undefined;

export type JobHandler<Result = unknown> = (payload?: unknown, context?: LambdaContext) => Promise<Result>;

/** Time reserved before the timeout to hand unfinished work over. */
const handOverMs = 30_000;

/** Returns the handler of a job, which may access only what its record declares. Errors are logged, and thrown again. */
export function jobHandler<const J extends JobRecord, Result>(
  job: J,
  work: (payload: PayloadOf<J>, context: JobContext) => Promise<Result>,
): JobHandler<Result> {
  const { operationId } = job;
  return async (payload, context) => {
    const started = performance.now();
    const timeIsUp = context
      ? AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - handOverMs))
      : new AbortController().signal;
    const durationMs = () => Math.round(performance.now() - started);
    try {
      const input = job.payload?.parse(payload) as PayloadOf<J>;
      const result = await work(input, { platform: restrict(platform(), grantsOf(job)), timeIsUp });
      logger.info('job', { operationId, durationMs: durationMs() });
      return result;
    } catch (error) {
      logger.error('job failed', { operationId, durationMs: durationMs(), ...describeError(error) });
      throw error;
    }
  };
}
