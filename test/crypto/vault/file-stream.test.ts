import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../../crypto/encoding/bytes.ts';
import { Tampered, UnsupportedSuite } from '../../../crypto/errors.ts';
import {
  chunkBytes,
  chunkOffset,
  type FileCipher,
  fileHeaderBytes,
  layoutOf,
  layoutOfSealed,
  sealedChunkBytes,
} from '../../../crypto/vault/file-format.ts';
import { planParts } from '../../../crypto/vault/file-parts.ts';
import {
  FileReader,
  openFile,
  type SealedFile,
  sealFile,
  sealPart,
  toReadableStream,
} from '../../../crypto/vault/file-stream.ts';
import { type VaultCrypto, vaultCrypto } from '../../../crypto/vault/vault-crypto.ts';
import { flipBit, hex } from '../../support/bytes.ts';
import { browser, native } from '../../support/providers.ts';
import { context, elsewhere, nativeVault, portableVault } from '../../support/vault.ts';

const cek = native.randomBytes(32);
const file = { ...context, recordType: 'file' };
const vaults = [
  ['native', nativeVault],
  ['portable', portableVault],
  ['portable with Web Crypto', vaultCrypto(browser)],
] as const;
const openWith = (vault: VaultCrypto) => (header: Uint8Array) => vault.fileCipher(cek, file, header);
const opener = openWith(nativeVault);

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return concat(...pieces);
}

/** What came before the fault, and the fault. */
async function untilFault(source: AsyncIterable<Uint8Array>): Promise<[Uint8Array, unknown]> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of source) pieces.push(piece);
    return [concat(...pieces), undefined];
  } catch (error) {
    return [concat(...pieces), error];
  }
}

/** Same bytes, cut into pieces of these lengths, over and over. */
function* inPieces(bytes: Uint8Array, ...lengths: number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] as number;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function stored(bytes: Uint8Array): SealedFile & { readonly asked: [number, number][] } {
  const asked: [number, number][] = [];
  return {
    asked,
    sealedSize: bytes.length,
    read(start, end) {
      asked.push([start, end]);
      return inPieces(bytes.subarray(start, end), 9999);
    },
  };
}

const plaintextOf = (size: number) =>
  Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
const boundaries = [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, 3 * chunkBytes + 17];
const size = 3 * chunkBytes + 100;
const plaintext = plaintextOf(size);
const cipher = nativeVault.newFileCipher(cek, file);
const sealed = await collect(sealFile(cipher, [plaintext]));
const chunk = (bytes: Uint8Array, index: number) =>
  bytes.subarray(chunkOffset(index), chunkOffset(index + 1));
const header = sealed.subarray(0, fileHeaderBytes);

describe.each(vaults)('a file sealed by the %s provider', (_, sealer) => {
  test.each(boundaries)('of %i bytes has the size that was computed, and opens anywhere', async (length) => {
    const original = plaintextOf(length);
    const source = inPieces(original, 1000, 70_000, 1);
    const whole = await collect(sealFile(sealer.newFileCipher(cek, file), source));
    expect(whole).toHaveLength(layoutOf(length).sealedSize);
    expect(layoutOfSealed(whole.length)).toEqual(layoutOf(length));
    for (const [, vault] of vaults) {
      const opened = await collect(openFile(openWith(vault), inPieces(whole, 65_536, 13)));
      expect(Buffer.compare(opened, original)).toBe(0);
    }
  });

  test('gives any range', async () => {
    const whole = await collect(sealFile(sealer.newFileCipher(cek, file), [plaintext]));
    const reader = new FileReader(openWith(sealer), stored(whole));
    const edges = [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, size - 1, size];
    for (const start of edges) {
      for (const end of edges.filter((edge) => edge >= start)) {
        const range = await collect(reader.read({ start, end }));
        expect(Buffer.compare(range, plaintext.subarray(start, end)), `${start} to ${end}`).toBe(0);
      }
    }
  });
});

describe('a sealed file', () => {
  test('yields what comes before a flipped bit, and not a byte more', async () => {
    const where = fc.oneof(fc.nat(sealed.length * 8 - 1), fc.nat(fileHeaderBytes * 8 - 1));
    const property = fc.asyncProperty(where, async (bit) => {
      const [opened, fault] = await untilFault(openFile(opener, [flipBit(sealed, bit)]));
      expect(fault).toBeInstanceOf(bit < 16 ? UnsupportedSuite : Tampered);
      const at = (bit >> 3) - fileHeaderBytes;
      const whole = at < 0 ? 0 : Math.floor(at / sealedChunkBytes);
      expect(Buffer.compare(opened, plaintext.subarray(0, whole * chunkBytes))).toBe(0);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  test('cut at any length never looks whole', async () => {
    const lengths = [
      0,
      1,
      2,
      65,
      66,
      67,
      ...[0, 1, 2, 3].map(chunkOffset),
      chunkOffset(3) + 23,
      sealed.length - 1,
    ];
    const property = fc.asyncProperty(fc.nat(sealed.length - 1), async (length) => cutTo(length));
    for (const length of lengths) await cutTo(length);
    await fc.assert(property, { numRuns: 100 });

    async function cutTo(length: number): Promise<void> {
      const [opened, fault] = await untilFault(openFile(opener, [sealed.subarray(0, length)]));
      expect(fault, `cut to ${length}`).toBeInstanceOf(Tampered);
      expect(Buffer.compare(opened, plaintext.subarray(0, opened.length))).toBe(0);
    }
  });

  test.each([
    ['a byte more', [sealed, Uint8Array.of(0)], 3],
    ['its final chunk twice', [sealed, chunk(sealed, 3)], 3],
    ['two chunks swapped', [header, chunk(sealed, 1), chunk(sealed, 0), sealed.subarray(chunkOffset(2))], 0],
    ['a chunk left out', [header, chunk(sealed, 0), sealed.subarray(chunkOffset(2))], 1],
    ['a chunk repeated', [sealed.subarray(0, chunkOffset(2)), sealed.subarray(chunkOffset(1))], 2],
    ['nothing but its final chunk', [header, chunk(sealed, 3)], 0],
    ['its final chunk missing', [sealed.subarray(0, chunkOffset(3))], 2],
  ])('with %s is refused there', async (_, parts, wholeChunks) => {
    const [opened, fault] = await untilFault(openFile(opener, [concat(...parts)]));
    expect(fault).toBeInstanceOf(Tampered);
    expect(Buffer.compare(opened, plaintext.subarray(0, wholeChunks * chunkBytes))).toBe(0);
  });

  test('takes no chunk of another file under the same key and context', async () => {
    const other = await collect(sealFile(nativeVault.newFileCipher(cek, file), [plaintext]));
    const spliced = concat(
      sealed.subarray(0, chunkOffset(1)),
      chunk(other, 1),
      sealed.subarray(chunkOffset(2)),
    );
    const [opened, fault] = await untilFault(openFile(opener, [spliced]));
    expect(fault).toBeInstanceOf(Tampered);
    expect(opened).toHaveLength(chunkBytes);
    const beheaded = concat(other.subarray(0, fileHeaderBytes), sealed.subarray(fileHeaderBytes));
    expect((await untilFault(openFile(opener, [beheaded])))[0]).toHaveLength(0);
  });

  test('opens under no other key and nowhere else, which its header alone shows', () => {
    expect(() => nativeVault.fileCipher(new Uint8Array(32), file, header)).toThrow(Tampered);
    for (const other of [context, ...elsewhere.filter(({ recordType }) => recordType !== 'file')]) {
      expect(() => nativeVault.fileCipher(cek, other, header)).toThrow(Tampered);
    }
    expect(() => nativeVault.fileCipher(cek, file, sealed.subarray(0, 67))).toThrow(Tampered);
  });

  test('never meets a nonce twice, also where a chunk is sealed again', async () => {
    const prefixes = await Promise.all(
      Array.from({ length: 50 }, async () => hex((await cipher.seal(0, true, [plaintextOf(9)]))[0])),
    );
    expect(new Set(prefixes).size).toBe(50);
  });

  test('is not made of chunks that the format has not', async () => {
    const impossible = [
      [0, false, 9],
      [1, true, 0],
      [-1, true, 9],
      [0, true, chunkBytes + 1],
      [2 ** 32, true, 9],
    ] as const;
    for (const [index, final, length] of impossible) {
      await expect(cipher.seal(index, final, [plaintextOf(length)])).rejects.toThrow(RangeError);
    }
  });
});

describe('a range', () => {
  test('asks for its chunks alone, and once for the header and the final chunk', async () => {
    const source = stored(sealed);
    const reader = new FileReader(opener, source);
    await collect(reader.read({ start: chunkBytes + 5, end: chunkBytes + 6 }));
    await collect(reader.read({ start: 0, end: 1 }));
    expect(source.asked).toEqual([
      [0, fileHeaderBytes],
      [chunkOffset(3), sealed.length],
      [chunkOffset(1), chunkOffset(2)],
      [chunkOffset(0), chunkOffset(1)],
    ]);
  });

  test('of a file that was cut is refused, though its own chunks are whole', async () => {
    for (const length of [chunkOffset(3), chunkOffset(2), chunkOffset(3) + 40]) {
      const reader = new FileReader(opener, stored(sealed.subarray(0, length)));
      await expect(collect(reader.read({ start: 0, end: 10 }))).rejects.toThrow(Tampered);
    }
  });

  test('yields what comes before the fault, and not a byte more', async () => {
    const altered = flipBit(sealed, 8 * (chunkOffset(2) + 1000));
    const range = { start: chunkBytes + 1, end: size };
    const [opened, fault] = await untilFault(new FileReader(opener, stored(altered)).read(range));
    expect(fault).toBeInstanceOf(Tampered);
    expect(Buffer.compare(opened, plaintext.subarray(chunkBytes + 1, 2 * chunkBytes))).toBe(0);
  });

  test('is refused where the store gives less or more than was asked for', async () => {
    for (const more of [-1, 1, -sealedChunkBytes]) {
      const source = {
        sealedSize: sealed.length,
        read: (s: number, e: number) => [sealed.subarray(s, e + more)],
      };
      const range = new FileReader(opener, source).read({ start: 0, end: 2 * chunkBytes });
      expect((await untilFault(range))[1], `${more} bytes`).toBeInstanceOf(Tampered);
    }
  });

  test('outside of the file is the caller’s mistake', async () => {
    const reader = new FileReader(opener, stored(sealed));
    for (const range of [
      { start: -1, end: 1 },
      { start: 0, end: size + 1 },
      { start: 2, end: 1 },
    ]) {
      await expect(collect(reader.read(range))).rejects.toThrow(RangeError);
    }
  });

  test('is asked for again after the store failed', async () => {
    const source = stored(sealed);
    let failures = 1;
    const reader = new FileReader(opener, {
      sealedSize: sealed.length,
      read(start, end) {
        if (failures-- > 0) throw new Error('the store is away');
        return source.read(start, end);
      },
    });
    await expect(collect(reader.read({ start: 0, end: 1 }))).rejects.toThrow('away');
    expect(await collect(reader.read({ start: 0, end: 1 }))).toHaveLength(1);
  });
});

describe('sizes', () => {
  test('of any plaintext are found again from the sealed file', () => {
    const property = fc.property(fc.nat({ max: 2 ** 40 }), (length) => {
      const layout = layoutOf(length);
      expect(layoutOfSealed(layout.sealedSize)).toEqual(layout);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('that no file has are refused', () => {
    const impossible = [0, fileHeaderBytes + 22, chunkOffset(1) + 1, chunkOffset(1) + 23, 1.5, Number.NaN];
    for (const bytes of impossible) expect(() => layoutOfSealed(bytes), `${bytes}`).toThrow(Tampered);
    for (const bytes of [-1, 0.5, 2 ** 51]) expect(() => layoutOf(bytes), `${bytes}`).toThrow(RangeError);
  });
});

describe('parts of an upload', () => {
  const gigabytes = 1024 ** 3;

  test.each([0, 1, 8 * 1024 ** 2, 3 * gigabytes + 7, 100 * gigabytes])(
    'of %i bytes lie side by side',
    (length) => {
      const plan = planParts(length);
      expect(plan.parts).toBeLessThanOrEqual(10_000);
      let [sealedAt, at] = [0, 0];
      for (let number = 1; number <= plan.parts; number++) {
        const part = plan.part(number);
        expect([part.sealedStart, part.start, part.last]).toEqual([sealedAt, at, number === plan.parts]);
        if (!part.last) expect(part.sealedEnd - part.sealedStart).toBeGreaterThanOrEqual(8 * 1024 ** 2);
        [sealedAt, at] = [part.sealedEnd, part.end];
      }
      expect([sealedAt, at]).toEqual([layoutOf(length).sealedSize, length]);
      expect(() => plan.part(plan.parts + 1)).toThrow(RangeError);
    },
  );

  test('are sealed in any order, also by a client that comes back, to one file', async () => {
    const original = plaintextOf(17 * 1024 ** 2 + 5);
    const plan = planParts(original.length);
    const seal = async (by: FileCipher, number: number) => {
      const part = plan.part(number);
      const bytes = await collect(
        sealPart(by, part, inPieces(original.subarray(part.start, part.end), 50_000)),
      );
      expect(bytes).toHaveLength(part.sealedEnd - part.sealedStart);
      return bytes;
    };
    expect(plan.parts).toBe(3);
    const first = nativeVault.newFileCipher(cek, file);
    const third = await seal(first, 3);
    const resumed = portableVault.fileCipher(cek, file, first.header);
    const parts = [
      await seal(nativeVault.fileCipher(cek, file, resumed.header), 1),
      await seal(first, 2),
      third,
    ];
    const opened = await collect(openFile(opener, parts));
    expect(Buffer.compare(opened, original)).toBe(0);
  });

  test('are refused where the file is longer or shorter than it was', async () => {
    const part = planParts(size).part(1);
    for (const length of [size - 1, size + 1, 0, chunkBytes]) {
      await expect(collect(sealPart(cipher, part, [plaintextOf(length)])), `${length}`).rejects.toThrow(
        RangeError,
      );
    }
  });
});

describe('streams', () => {
  test('go in and out of Web Streams, and hold one chunk at a time', async () => {
    let given = 0;
    let sent = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (given === 40) return controller.close();
          given++;
          controller.enqueue(new Uint8Array(chunkBytes).fill(given));
        },
      },
      { highWaterMark: 0 },
    );
    const reader = toReadableStream(sealFile(cipher, source)).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      sent += read.value.length;
      // One chunk to seal, and one more to see that it is not the final one.
      expect(given * chunkBytes - sent).toBeLessThanOrEqual(2 * chunkBytes);
    }
    expect(sent).toBe(layoutOf(40 * chunkBytes).sealedSize);
  });

  test('are closed at their source where the reader stops early', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield new Uint8Array(chunkBytes);
      } finally {
        closed = true;
      }
    }
    const reader = toReadableStream(sealFile(cipher, source())).getReader();
    await reader.read();
    await reader.read();
    await reader.cancel();
    expect(closed).toBe(true);
  });
});
