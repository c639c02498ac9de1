import { choosePrimitives } from '../crypto/providers/node.ts';
import { type VaultCrypto, vaultCrypto } from '../crypto/vault/vault-crypto.ts';
import type { MessagePrimitives } from './message-crypto/sr2.ts';

/** The cryptography that the library needs on Node, in addition to `fetch`. */
export { choosePrimitives as zkPrimitives };

/** Returns the cryptography for messages. */
export function messagePrimitives(): Promise<MessagePrimitives> {
  return choosePrimitives();
}

/** Returns the cryptography for vault and recovery. */
export async function vaultCryptoForNode(): Promise<VaultCrypto> {
  return vaultCrypto(await choosePrimitives());
}
