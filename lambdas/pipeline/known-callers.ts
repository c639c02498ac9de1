import { isDeepStrictEqual } from 'node:util';
import type { Caller } from './caller.ts';

const capacity = 1_000;
const callers = new Map<string, Caller>();

/**
 * Returns the caller that a credential belonged to when this process last admitted it. It is a prediction to start
 * reads with, never a proof: every request checks its credential again before anything is returned.
 */
export function predictCaller(fingerprint: string): Caller | undefined {
  return callers.get(fingerprint);
}

export function rememberCaller(fingerprint: string, caller: Caller): void {
  callers.delete(fingerprint);
  callers.set(fingerprint, caller);
  if (callers.size > capacity) callers.delete(callers.keys().next().value as string);
}

export function forgetCaller(fingerprint: string): void {
  callers.delete(fingerprint);
}

export function isSameCaller(one: Caller | undefined, other: Caller | undefined): boolean {
  return isDeepStrictEqual(one, other);
}
