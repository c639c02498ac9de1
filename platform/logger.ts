import { Logger } from '@aws-lambda-powertools/logger';

/**
 * Structured logs: one JSON object per line. Callers pass identifiers, numbers and codes, but never a header, a body, a
 * query, or the message of an error that may quote them.
 */
export const logger = new Logger({ serviceName: 'strongroom' });

/**
 * Returns what may be logged of an unexpected error: its class, code and stack frames. Messages are left out, because
 * parsers and engines quote their input in them.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    errorName: error.name,
    errorCode: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    stack: frames.slice(0, 12).map((frame) => frame.trim()),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}
