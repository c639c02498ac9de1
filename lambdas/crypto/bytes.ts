/** Names and values in one unambiguous byte string: sorted by name, each preceded by its length (4 bytes, big-endian). */
export function canonicalBytes(fields: { readonly [name: string]: string }): Uint8Array {
  const names = Object.keys(fields).sort();
  return lengthPrefixed(names.flatMap((name) => [name, fields[name] as string]));
}

function lengthPrefixed(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
