/** Hands bytes to the browser's downloads, as bytes whatever they are, so that nothing of them is run here. */
export function saveBytes(name: string, pieces: readonly Uint8Array[]): void {
  const type = 'application/octet-stream';
  const url = URL.createObjectURL(new Blob(pieces as Uint8Array<ArrayBuffer>[], { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // The download has begun by then; the bytes are kept no longer than it takes.
  setTimeout(() => URL.revokeObjectURL(url));
}
