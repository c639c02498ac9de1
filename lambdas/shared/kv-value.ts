import { wipe } from '../crypto/bytes.ts';
import { valueContext } from '../crypto/context.ts';
import type { Cek } from '../crypto/envelope.ts';
import type { Objects } from '../platform/objects.ts';
import type { StoredValue } from '../stores/kv.ts';
import { readCiphertext } from '../stores/vault-ciphertext.ts';
import { vault } from './vault.ts';

/**
 * The value, by its key, which is wiped.
 *
 * @throws Tampered @throws UnsupportedSuite
 */
export async function openStoredValue(
  objects: Objects,
  owner: { readonly orgId: string; readonly userId: string },
  key: string,
  value: StoredValue,
  cek: Cek,
): Promise<Uint8Array> {
  try {
    const context = valueContext(owner.orgId, owner.userId, key, value.version);
    return vault.openValue(cek, context, await readCiphertext(objects, value));
  } finally {
    wipe(cek);
  }
}
