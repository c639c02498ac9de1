/** What the library needs on Node beyond `fetch`: its cryptography. */
export { messagePrimitives } from './message-crypto/node.ts';
export { vaultCryptoForNode } from './vault/node.ts';
