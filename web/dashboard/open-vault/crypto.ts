import wasm from 'argon2-browser/dist/argon2-simd.wasm';
import { portable } from '../../../crypto/providers/portable.ts';
import { vaultCrypto } from '../../../crypto/vault/vault-crypto.ts';

/** All that the vault needs of cryptography. Large: it is loaded once a vault is opened, and not before. */
export const crypto = vaultCrypto(portable({ argon2: wasm, subtle: globalThis.crypto.subtle }));
