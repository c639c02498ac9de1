import { expect } from 'vitest';
import { type FaultyPlatform, faults } from './faulty-platform.ts';

/** One case of an operation, on its own data. */
export type Case = {
  readonly call: () => Promise<{ readonly status: number; readonly body: { readonly code?: string } }>;
  /** For a request with an `Idempotency-Key`: drops the key, like a caller whose first request never ends. */
  readonly afresh?: () => void;
  /** Returns which of the two states is stored; throws if it is neither. */
  readonly state: () => Promise<'old' | 'new'>;
  /** Statuses of a repetition of something that was already done. */
  readonly repeated: readonly number[];
};

export type Operation = () => Promise<Case>;

export const oneOf = <T>(value: T, old: T, renewed: T): 'old' | 'new' => {
  expect([old, renewed]).toContainEqual(value);
  return JSON.stringify(value) === JSON.stringify(old) ? 'old' : 'new';
};

/**
 * Makes each port call of an operation fail in each way. Afterwards the state must be the old or the new one, and a
 * retry must complete the operation.
 *
 * @param changes whether there is a new state at all
 */
export async function withEachFault(
  faulty: FaultyPlatform,
  operation: Operation,
  changes = true,
): Promise<void> {
  const untroubled = await operation();
  faulty.arm(-1, 'refused');
  expect((await untroubled.call()).status).toBeLessThan(300);
  const calls = await faulty.disarm();
  await untroubled.state();
  expect(calls).toBeGreaterThan(2);

  const met = new Set<string>();
  for (const fault of faults) {
    for (let at = 0; at < calls; at++) {
      const { call, afresh, state, repeated } = await operation();
      faulty.arm(at, fault);
      const { status } = await call();
      await faulty.disarm();
      const then = await state();
      met.add(`${fault} ${then}`);
      // A successful response always comes with the new state; any other says that the server is at fault.
      if (status < 300) expect([at, fault, then]).toEqual([at, fault, changes ? 'new' : 'old']);
      else expect([at, fault, status]).toEqual([at, fault, 500]);

      let again = await call();
      if (again.body.code === 'IDEMPOTENCY_IN_PROGRESS') {
        afresh?.();
        again = await call();
      }
      expect([200, 201, ...(then === 'new' ? repeated : [])]).toContain(again.status);
      expect([at, fault, await state()]).toEqual([at, fault, changes ? 'new' : 'old']);
    }
  }
  // The faults hit the commit, before and after it.
  if (changes) expect([...met]).toEqual(expect.arrayContaining(['refused old', 'lost new']));
}
