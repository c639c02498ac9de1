import { afterEach, describe, expect, test, vi } from 'vitest';
import { timeOfUuidv7, uuidv7 } from '../../../crypto/encoding/uuid.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a UUID version 7', () => {
  test('has the version and the variant of RFC 9562', () => {
    expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test.each([0, 2 ** 16 - 1, 2 ** 16, 1_765_000_000_123, 2 ** 48 - 1])('holds the time %d', (time) => {
    expect(timeOfUuidv7(uuidv7(time)).getTime()).toBe(time);
  });

  test('sorts by time', () => {
    const times = [0, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 47];
    const ids = times.map((time) => uuidv7(time));
    expect([...ids].reverse().sort()).toEqual(ids);
  });

  // Every 65.5 s the low 16 bits wrap: two readings of the clock on either side of it would not fit together.
  test('holds one reading of the clock, also at a wrap of its low 16 bits', () => {
    const wrap = 27_000_000 * 2 ** 16;
    let now = wrap - 1;
    vi.spyOn(Date, 'now').mockImplementation(() => now++);
    expect(timeOfUuidv7(uuidv7()).getTime()).toBe(wrap - 1);
  });

  test('is new each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => uuidv7(0))).size).toBe(1_000);
  });
});
