/**
 * Hides the length of a message: from 256 bytes on, the padded length reveals only about log log of it, and adds at most
 * 12 %. Lengths are those of Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
 * PURBs", PoPETs 2019, section 4); the padding itself is 0x80 and zeros (ISO/IEC 7816-4).
 */
const smallest = 256;
const marker = 0x80;

/** @param length in bytes, including the marker */
export function paddedLength(length: number): number {
  if (length <= smallest) return smallest;
  const exponent = Math.floor(Math.log2(length));
  const significant = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - significant);
  return Math.ceil(length / step) * step;
}

export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length + 1));
  padded.set(content);
  padded[content.length] = marker;
  return padded;
}

/** @returns undefined if the padding is not valid */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  const end = padded.findLastIndex((byte) => byte !== 0);
  return padded[end] === marker ? padded.subarray(0, end) : undefined;
}
