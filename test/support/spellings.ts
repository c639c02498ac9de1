/** A text as it is, in hex, and in base64 at each of the three offsets that it can have there. */
export function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  const shifted = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last characters also hold bits of what stands beside the text.
    return encoded.slice(offset === 0 ? 0 : offset + 1, -2);
  });
  const urlSafe = shifted.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_'));
  return [text, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...shifted, ...urlSafe];
}
