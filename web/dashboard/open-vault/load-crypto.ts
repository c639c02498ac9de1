import type { VaultCrypto } from '../../../crypto/vault/vault-crypto.ts';

export async function loadCrypto(): Promise<VaultCrypto> {
  const [{ crypto }] = await Promise.all([import('./crypto.ts'), painted()]);
  return crypto;
}

/** What a secret is tried with keeps the page from drawing for up to a second: what is being done is to be seen before. */
function painted(): Promise<unknown> {
  return new Promise((resolve) => {
    // No frame is drawn of a page that nobody sees.
    if (document.hidden) resolve(undefined);
    else requestAnimationFrame(() => setTimeout(resolve));
  });
}
