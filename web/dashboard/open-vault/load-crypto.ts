import type { VaultCrypto } from '../../../crypto/vault/vault-crypto.ts';

export async function loadCrypto(): Promise<VaultCrypto> {
  const [{ crypto }] = await Promise.all([import('./crypto.ts'), painted()]);
  return crypto;
}

/** Waits for the next paint, so that the page shows its progress before key derivation blocks it for up to a second. */
function painted(): Promise<unknown> {
  return new Promise((resolve) => {
    // A hidden page gets no animation frame.
    if (document.hidden) resolve(undefined);
    else requestAnimationFrame(() => setTimeout(resolve));
  });
}
