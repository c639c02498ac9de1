import { createHash } from 'node:crypto';
import * as z from 'zod';
import { limits } from '../contract/limits.ts';
import type { Build, Lock, Outcome } from './package-builder.ts';

const hash = z.string().regex(/^[a-f0-9]{64}$/);
const count = z.int().min(0);

const LockText: z.ZodType<Lock> = z.strictObject({
  lockVersion: z.literal(1),
  python: z.string(),
  platform: z.string(),
  requirements: z.array(z.string()),
  packages: z
    .array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        requested: z.boolean(),
        file: z.string(),
        sha256: hash,
        wheelBytes: count,
        sizeBytes: count,
      }),
    )
    .max(limits.packages.resolvedCount),
  tree: z.strictObject({ sha256: hash, files: count, sizeBytes: count }),
});

const Result = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ready'), bundleId: hash, lock: z.string().max(256 * 1024) }),
  z.strictObject({
    status: z.literal('failed'),
    reason: z.string().min(1).max(2000),
    names: z.array(z.string()).max(limits.packages.resolvedCount),
  }),
]);

/** @throws Error if the text is not a lock */
export function parseLock(text: string): Lock {
  return LockText.parse(JSON.parse(text));
}

/**
 * Parses the output of the builder program. The program handled foreign bytes, so its output is not trusted: the id
 * must be the hash of the lock.
 *
 * @throws Error if the text is not an outcome
 */
export function parseOutcome(json: string): Outcome {
  const outcome = Result.parse(JSON.parse(json));
  if (outcome.status === 'failed') return outcome;
  parseLock(outcome.lock);
  if (createHash('sha256').update(outcome.lock).digest('hex') !== outcome.bundleId) {
    throw new Error('the bundle id is not the hash of the lock');
  }
  return outcome;
}

/** Returns the input of the builder program, without the URLs for its results. */
export function builderJob({ buildId, requirements }: Build) {
  const { count: _, requirementCharacters: __, ...caps } = limits.packages;
  return { buildId, requirements, limits: caps };
}

/** Outcome of a build that ended without a result. */
export const lostBuild = {
  status: 'failed',
  reason: 'The build ended without a result. Send the list again.',
  names: [],
} as const satisfies Outcome;
