import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

/** With Node's own codec, and with the one of browsers. */
describe.each(['node', 'browser'])('base64 in %s', (runtime) => {
  let base64: typeof import('../../../crypto/encoding/base64.ts');
  let base64url: typeof import('../../../crypto/encoding/base64url.ts');
  beforeAll(async () => {
    vi.resetModules();
    if (runtime === 'browser') vi.stubGlobal('Buffer', undefined);
    base64 = await import('../../../crypto/encoding/base64.ts');
    base64url = await import('../../../crypto/encoding/base64url.ts');
    vi.unstubAllGlobals();
  });
  afterAll(() => {
    vi.resetModules();
  });

  test.each([0, 1, 2, 3, 32, 1_000, 70_000])('restores %d bytes, and encodes as Node does', (length) => {
    const bytes = new Uint8Array(randomBytes(length));
    const text = base64.toBase64(bytes);
    expect(text).toBe(Buffer.from(bytes).toString('base64'));
    expect(base64.fromBase64(text)).toEqual(bytes);
    const url = base64url.toBase64Url(bytes);
    expect(url).toBe(Buffer.from(bytes).toString('base64url'));
    expect(base64url.fromBase64Url(url)).toEqual(bytes);
  });

  test('encodes the part of a buffer that a view covers', () => {
    expect(base64.toBase64(new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4))).toBe('AgME');
  });

  test.each(['YQ', 'YQ=', 'YR==', 'Y Q==', 'YQ==\n', '=', 'Y===', 'YW_-', 'é', '====', 'YQ==YQ=='])(
    'does not decode %j',
    (text) => {
      expect(base64.fromBase64(text)).toBeUndefined();
    },
  );

  test.each(['YQ==', 'YR', 'Y', 'YW+/', 'Y Q', 'é'])('does not decode %j as base64url', (text) => {
    expect(base64url.fromBase64Url(text)).toBeUndefined();
  });
});
