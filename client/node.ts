/** What the library needs on Node beyond `fetch`: its cryptography. */
export { choosePrimitives as zkPrimitives } from '../crypto/providers/node.ts';
export { messagePrimitives } from './message-crypto/node.ts';
export { vaultCryptoForNode } from './vault/node.ts';
