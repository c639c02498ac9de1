import { expect } from 'vitest';
import { type Fault, type FaultyPlatform, faults } from './faulty-platform.ts';

/** One case of an operation, on records of its own. */
export type Case = {
  readonly call: () => Promise<{ readonly status: number; readonly body: { readonly code?: string } }>;
  /** For a request with an `Idempotency-Key`: drops the key, as a caller does whose first request never ends. */
  readonly dropKey?: () => void;
  /** Returns which of the two states is stored, and throws if it is neither. */
  readonly state: () => Promise<State>;
  /** Statuses of a retry of what was already done. */
  readonly repeated: readonly number[];
};

export type Operation = () => Promise<Case>;

type State = 'old' | 'new';

export const oneOf = <T>(value: T, old: T, renewed: T): State => {
  expect([old, renewed]).toContainEqual(value);
  return JSON.stringify(value) === JSON.stringify(old) ? 'old' : 'new';
};

/**
 * Makes each port call of an operation fail in each way. Expects the old state or the new one to be stored, and a retry
 * to complete the operation.
 *
 * @param changes whether the operation has a new state at all
 */
export async function withEachFault(
  faulty: FaultyPlatform,
  operation: Operation,
  changes = true,
): Promise<void> {
  const calls = await portCallsOf(faulty, operation);
  expect(calls).toBeGreaterThan(2);

  const met = new Set<string>();
  for (const fault of faults) {
    for (let at = 0; at < calls; at++) {
      const state = await withFault(faulty, operation, { at, fault }, changes);
      met.add(`${fault} ${state}`);
    }
  }
  // Some faults hit the commit: before it was done, and after.
  if (changes) expect([...met]).toEqual(expect.arrayContaining(['refused old', 'lost new']));
}

/** Runs the operation without a fault. @returns how many calls of ports it makes */
async function portCallsOf(faulty: FaultyPlatform, operation: Operation): Promise<number> {
  const { call, state } = await operation();
  faulty.arm(-1, 'refused');
  expect((await call()).status).toBeLessThan(300);
  const calls = await faulty.disarm();
  await state();
  return calls;
}

/** Runs the operation with one fault, then retries it. @returns the state that the fault left */
async function withFault(
  faulty: FaultyPlatform,
  operation: Operation,
  { at, fault }: { readonly at: number; readonly fault: Fault },
  changes: boolean,
): Promise<State> {
  const attempted = await operation();
  faulty.arm(at, fault);
  const { status } = await attempted.call();
  await faulty.disarm();
  const left = await attempted.state();
  // A success is never returned without the new state. Any other response says that the fault is the server's.
  if (status < 300) expect([at, fault, left]).toEqual([at, fault, changes ? 'new' : 'old']);
  else expect([at, fault, status]).toEqual([at, fault, 500]);

  const retried = await retry(attempted);
  expect([200, 201, ...(left === 'new' ? attempted.repeated : [])]).toContain(retried);
  expect([at, fault, await attempted.state()]).toEqual([at, fault, changes ? 'new' : 'old']);
  return left;
}

async function retry({ call, dropKey }: Case): Promise<number> {
  const { status, body } = await call();
  if (body.code !== 'IDEMPOTENCY_IN_PROGRESS') return status;
  dropKey?.();
  return (await call()).status;
}
