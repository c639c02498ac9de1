/** What the library needs on Node beyond `fetch`: its cryptography. */
export { choosePrimitives as zkPrimitives } from '../lambdas/crypto/providers/node.ts';
export { messagePrimitives } from './message-crypto/node.ts';
export { vaultCryptoForNode } from './vault/node.ts';
