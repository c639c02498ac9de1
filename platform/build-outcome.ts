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

/** @throws Error where the text is no lock */
export function parseLock(text: string): Lock {
  return LockText.parse(JSON.parse(text));
}

/**
 * Reads what the builder program has written. It has handled foreign bytes, so nothing is taken on trust: the id
 * must be the lock's hash.
 *
 * @throws Error where it is no outcome
 */
export function parseOutcome(json: string): Outcome {
  const outcome = Result.parse(JSON.parse(json));
  if (outcome.status === 'failed') return outcome;
  parseLock(outcome.lock);
  if (createHash('sha256').update(outcome.lock).digest('hex') !== outcome.bundleId) {
    throw new Error('the id of a bundle is not the hash of its lock');
  }
  return outcome;
}

/** What the builder program is told, beside where its result goes. */
export function builderJob({ buildId, requirements }: Build) {
  const { count: _, requirementCharacters: __, ...caps } = limits.packages;
  return { buildId, requirements, limits: caps };
}

/** For a build that ended without a word. */
export const lostBuild = {
  status: 'failed',
  reason: 'The build ended without a result. Send the list again.',
  names: [],
} as const satisfies Outcome;
