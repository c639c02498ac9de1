import wasm from 'argon2-browser/dist/argon2-simd.wasm';
import { portable } from '../../../crypto/providers/portable.ts';
import { vaultCrypto } from '../../../crypto/vault/vault-crypto.ts';

/** The vault's cryptography. It is large, so it is loaded when a vault is first opened. */
export const crypto = vaultCrypto(portable({ argon2: wasm, subtle: globalThis.crypto.subtle }));
