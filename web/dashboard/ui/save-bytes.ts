/** Saves bytes as a download. Their type is always binary, so that the browser never runs them. */
export function saveBytes(name: string, pieces: readonly Uint8Array[]): void {
  const type = 'application/octet-stream';
  const url = URL.createObjectURL(new Blob(pieces as Uint8Array<ArrayBuffer>[], { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // By then the download has started, and the bytes can be released.
  setTimeout(() => URL.revokeObjectURL(url));
}
