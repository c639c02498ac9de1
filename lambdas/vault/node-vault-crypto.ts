import { native } from '../../crypto/providers/native.ts';
import { vaultCrypto as createVaultCrypto, type VaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import type { Context } from '../pipeline/operation.ts';

const complete = createVaultCrypto(native);

/** Operations that stretch a secret with Argon2id, which takes at least 64 MiB and a large part of a second. */
type Stretching =
  | 'createKek'
  | 'openKek'
  | 'sealRestoredKeys'
  | 'openRestoredKeys'
  | 'maskShare'
  | 'unmaskShare'
  | 'sealZkPayload'
  | 'openZkPayload';

/**
 * The vault's formats on the primitives of `node:crypto`. It omits the operations that stretch a secret, so that none
 * of them runs for a refused caller; `stretching` provides them.
 */
export const vaultCrypto: Omit<VaultCrypto, Stretching> = complete;

/** Returns the operations that stretch a user secret. Each first waits until the caller is admitted. */
export function stretching({
  admitted,
}: Pick<Context, 'admitted'>): Pick<VaultCrypto, 'createKek' | 'openKek' | 'openRestoredKeys'> {
  return {
    createKek: async (...values) => {
      await admitted();
      return complete.createKek(...values);
    },
    openKek: async (...values) => {
      await admitted();
      return complete.openKek(...values);
    },
    openRestoredKeys: async (...values) => {
      await admitted();
      return complete.openRestoredKeys(...values);
    },
  };
}
