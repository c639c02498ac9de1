import { hex } from '../../lambdas/crypto/bytes.ts';
import type { PublicKeys } from '../../lambdas/crypto/key-pairs.ts';
import type { VaultCrypto } from '../../lambdas/crypto/vault.ts';

/**
 * What two people compare, by a way that does not lead through the server, to know that public keys are whose it says
 * they are: 64 hexadecimal digits. @throws Tampered for what are no keys
 */
export function fingerprintOf(crypto: VaultCrypto, keys: PublicKeys): string {
  return hex(crypto.keyIdOf(keys));
}
