import { choosePrimitives } from '../../crypto/providers/node.ts';
import { type VaultCrypto, vaultCrypto } from '../../crypto/vault/vault-crypto.ts';

/** What the vault needs of cryptography, for a program on Node. */
export async function vaultCryptoForNode(): Promise<VaultCrypto> {
  return vaultCrypto(await choosePrimitives());
}
