import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KekCache } from '../../../crypto/server/kek-cache.ts';

const owner = { org: 'org-1', user: 'user-1' };
const record = randomBytes(78);
const bounds = { entries: 3, seconds: 300 };

/** How many KEKs were overwritten since the test began. */
const wiped = () =>
  vi.mocked(Uint8Array.prototype.fill).mock.contexts.filter((bytes) => (bytes as Uint8Array).length === 32)
    .length;

const newKek = () => new Uint8Array(randomBytes(32));

describe('the cache of KEKs', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Uint8Array.prototype, 'fill');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test('returns a copy for the same owner, record and secret, and for no other', () => {
    const cache = new KekCache(bounds);
    const kek = newKek();
    cache.put(cache.idOf(owner, record, 'a user secret'), kek);
    const found = cache.get(cache.idOf(owner, record, 'a user secret'));
    expect(found).toEqual(kek);
    found?.fill(0);
    expect(cache.get(cache.idOf(owner, record, 'a user secret'))).toEqual(kek);
    for (const id of [
      cache.idOf(owner, record, 'a user secreT'),
      cache.idOf({ ...owner, user: 'user-2' }, record, 'a user secret'),
      cache.idOf({ ...owner, org: 'org-2' }, record, 'a user secret'),
      cache.idOf(owner, randomBytes(78), 'a user secret'),
    ]) {
      expect(cache.get(id)).toBeUndefined();
    }
  });

  test('names nothing that another process would name alike', () => {
    const [one, other] = [new KekCache(bounds), new KekCache(bounds)];
    expect(one.idOf(owner, record, 'a user secret')).not.toBe(other.idOf(owner, record, 'a user secret'));
  });

  test('keeps an entry for 300 seconds from when it was put, however often it is used', () => {
    const cache = new KekCache(bounds);
    cache.put('id', newKek());
    for (let seconds = 0; seconds < 299; seconds += 23) {
      expect(cache.get('id')).toBeDefined();
      vi.advanceTimersByTime(23_000);
    }
    vi.setSystemTime(Date.now() + 60_000);
    expect(cache.get('id')).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  test('wipes what has expired by itself', () => {
    const cache = new KekCache(bounds);
    cache.put('first', newKek());
    vi.advanceTimersByTime(100_000);
    cache.put('second', newKek());
    vi.advanceTimersByTime(199_999);
    expect([cache.size, wiped()]).toEqual([2, 0]);
    vi.advanceTimersByTime(1);
    expect([cache.size, wiped()]).toEqual([1, 1]);
    vi.advanceTimersByTime(100_000);
    expect([cache.size, wiped()]).toEqual([0, 2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('holds as many as it may; the one that was not used for longest is wiped', () => {
    const cache = new KekCache(bounds);
    for (const id of ['a', 'b', 'c']) cache.put(id, newKek());
    cache.get('a');
    cache.put('d', newKek());
    expect([cache.size, cache.get('b'), wiped()]).toEqual([3, undefined, 1]);
    for (const id of ['a', 'c', 'd']) expect(cache.get(id)).toBeDefined();
  });

  test('what is replaced, deleted or cleared is wiped', () => {
    const cache = new KekCache(bounds);
    cache.put('a', newKek());
    cache.put('a', newKek());
    cache.put('b', newKek());
    expect(wiped()).toBe(1);
    cache.delete('a');
    expect(wiped()).toBe(2);
    cache.clear();
    expect(wiped()).toBe(3);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
