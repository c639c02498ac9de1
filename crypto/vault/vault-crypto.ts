import type { Primitives } from '../providers/primitives.ts';
import { openZkPayload, sealZkPayload } from '../zk/payload.ts';
import { openValue, sealUnder, sealValue } from './envelope.ts';
import { fileCipher, newFileCipher } from './file-format.ts';
import { openFileMetadata, sealFileMetadata } from './file-metadata.ts';
import { createKek, kekParameters, openKek } from './kek.ts';
import { expandSeeds, generateKeyPairs, keyIdOf } from './key-pairs.ts';
import { checkSealedKeys, openPrivateKeys, sealPrivateKeys } from './private-keys.ts';
import { answerRestore, challengeRestore, proofVerifier, provesRekey, rekeyProof } from './rekey-proof.ts';
import { checkRestoredKeys, openRestoredKeys, sealRestoredKeys } from './restored-keys.ts';
import { openSealed, sealTo } from './sealed-part.ts';
import { joinShares, splitSecret } from './shamir.ts';
import { openTerms, sealTerms } from './share-terms.ts';
import { checkPublicKeys, isWrappedTo, unwrapCek, wrapCek } from './wrap-cek.ts';
import { joinPair, maskShare, splitPair, unmaskShare } from './xor-pair.ts';

const operations = {
  createKek,
  openKek,
  kekParameters,
  generateKeyPairs,
  expandSeeds,
  keyIdOf,
  sealPrivateKeys,
  openPrivateKeys,
  checkSealedKeys,
  rekeyProof,
  proofVerifier,
  provesRekey,
  challengeRestore,
  answerRestore,
  sealRestoredKeys,
  openRestoredKeys,
  checkRestoredKeys,
  sealValue,
  sealUnder,
  openValue,
  wrapCek,
  unwrapCek,
  isWrappedTo,
  checkPublicKeys,
  sealTerms,
  openTerms,
  sealTo,
  openSealed,
  sealFileMetadata,
  openFileMetadata,
  newFileCipher,
  fileCipher,
  splitSecret,
  joinShares,
  splitPair,
  joinPair,
  maskShare,
  unmaskShare,
  sealZkPayload,
  openZkPayload,
};

type Bound<Operation> = Operation extends (primitives: Primitives, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

export type VaultCrypto = { readonly [Name in keyof typeof operations]: Bound<(typeof operations)[Name]> };

/**
 * All that the vault does with keys, on one provider of primitives: chosen once, where a program starts.
 *
 *     const crypto = vaultCrypto(native);                             // in a function of the appliance
 *     const crypto = vaultCrypto(await choosePrimitives());           // in a program on Node
 *     const crypto = vaultCrypto(portable({ argon2: wasm, subtle })); // in a page
 */
export function vaultCrypto(primitives: Primitives): VaultCrypto {
  const bind = (operation: (primitives: Primitives, ...rest: never[]) => unknown) =>
    (operation as (primitives: Primitives, ...rest: unknown[]) => unknown).bind(undefined, primitives);
  const bound = Object.entries(operations).map(([name, operation]) => [name, bind(operation)]);
  return Object.fromEntries(bound) as VaultCrypto;
}
