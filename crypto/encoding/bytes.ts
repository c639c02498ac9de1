const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Encodes as hexadecimal digits in lower case. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function concat(...parts: Pieces): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A byte string in any number of pieces, so that large ones need not be copied to join them. */
export type Pieces = readonly Uint8Array[];

export function lengthOf(pieces: Pieces): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}

/** Splits pieces at byte `at` into those before it and the rest, without copying. */
export function cut(pieces: Pieces, at: number): readonly [Pieces, Pieces] {
  const before: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  let left = at;
  for (const piece of pieces) {
    const part = Math.min(left, piece.length);
    if (part > 0) before.push(piece.subarray(0, part));
    if (part < piece.length) rest.push(piece.subarray(part));
    left -= part;
  }
  return [before, rest];
}

/** Encodes names and values unambiguously: sorted by name, each preceded by its length (4 bytes, big-endian). */
export function canonicalBytes(fields: { readonly [name: string]: string }): Uint8Array {
  const names = Object.keys(fields).sort();
  return lengthPrefixed(...names.flatMap((name) => [name, fields[name] as string]));
}

/** Encodes texts (as UTF-8) and bytes unambiguously, each preceded by its length (4 bytes, big-endian). */
export function lengthPrefixed(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return concat(
    ...parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? utf8(part) : part;
      return [uint32(bytes.length), bytes];
    }),
  );
}

/** Encodes an unsigned integer in 4 bytes, big-endian. */
export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Encodes an unsigned integer in 8 bytes, big-endian. @throws RangeError if it is not an integer from 0 to 2^53 - 1 */
export function uint64(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned integer: ${value}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** Compares in constant time for a given length. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let at = 0; at < a.length; at++) different |= (a[at] as number) ^ (b[at] as number);
  return different === 0;
}

export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** @throws RangeError if the bytes do not have this length, which is a programming error */
export function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what}: ${bytes.length} bytes, not ${length}`);
}
