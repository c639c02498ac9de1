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

/**
 * Binds every operation of the vault to one provider of primitives. A program chooses the provider once, at its start:
 *
 *     const crypto = vaultCrypto(native);                             // in a function of the appliance
 *     const crypto = vaultCrypto(await choosePrimitives());           // in a program on Node
 *     const crypto = vaultCrypto(portable({ argon2: wasm, subtle })); // in a page
 */
export function vaultCrypto(primitives: Primitives) {
  const bind =
    <Rest extends unknown[], Result>(operation: (primitives: Primitives, ...rest: Rest) => Result) =>
    (...rest: Rest): Result =>
      operation(primitives, ...rest);
  return {
    createKek: bind(createKek),
    openKek: bind(openKek),
    kekParameters: bind(kekParameters),
    generateKeyPairs: bind(generateKeyPairs),
    expandSeeds: bind(expandSeeds),
    keyIdOf: bind(keyIdOf),
    sealPrivateKeys: bind(sealPrivateKeys),
    openPrivateKeys: bind(openPrivateKeys),
    checkSealedKeys: bind(checkSealedKeys),
    rekeyProof: bind(rekeyProof),
    proofVerifier: bind(proofVerifier),
    provesRekey: bind(provesRekey),
    challengeRestore: bind(challengeRestore),
    answerRestore: bind(answerRestore),
    sealRestoredKeys: bind(sealRestoredKeys),
    openRestoredKeys: bind(openRestoredKeys),
    checkRestoredKeys: bind(checkRestoredKeys),
    sealValue: bind(sealValue),
    sealUnder: bind(sealUnder),
    openValue: bind(openValue),
    wrapCek: bind(wrapCek),
    unwrapCek: bind(unwrapCek),
    isWrappedTo: bind(isWrappedTo),
    checkPublicKeys: bind(checkPublicKeys),
    sealTerms: bind(sealTerms),
    openTerms: bind(openTerms),
    sealTo: bind(sealTo),
    openSealed: bind(openSealed),
    sealFileMetadata: bind(sealFileMetadata),
    openFileMetadata: bind(openFileMetadata),
    newFileCipher: bind(newFileCipher),
    fileCipher: bind(fileCipher),
    splitSecret: bind(splitSecret),
    joinShares: bind(joinShares),
    splitPair: bind(splitPair),
    joinPair: bind(joinPair),
    maskShare: bind(maskShare),
    unmaskShare: bind(unmaskShare),
    sealZkPayload: bind(sealZkPayload),
    openZkPayload: bind(openZkPayload),
  } as const;
}

export type VaultCrypto = ReturnType<typeof vaultCrypto>;
