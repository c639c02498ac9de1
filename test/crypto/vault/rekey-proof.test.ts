import { expect, test } from 'vitest';
import { KeyMismatch, Tampered } from '../../../crypto/errors.ts';
import type { KeyOwner } from '../../../crypto/vault/private-keys.ts';
import { hex } from '../../support/bytes.ts';
import { native } from '../../support/providers.ts';
import {
  cuts,
  flips,
  portableVault,
  refusalOf,
  nativeVault as vault,
  vaultPairs,
} from '../../support/vault.ts';

const owner: KeyOwner = { org: 'org-1', user: 'user-1', keyVersion: 3 };
const kek = Uint8Array.from({ length: 32 }, (_, at) => at);
const others: readonly KeyOwner[] = [
  { ...owner, org: 'org-2' },
  { ...owner, user: 'user-2' },
  { ...owner, keyVersion: 4 },
  { ...owner, org: 'org-1u', user: 'ser-1' },
];
/** By HMAC and SHA-256 of Python's standard library. */
const proof = 'b6f808a942d867709c3e4f9432585458892ff46ee821ba50a79609882c4452fc';
const verifier = 'dbde40f017d69a87205cc6c06de493b2403c762e077aba54a8db553482fd57c7';
const restoreId = '7b1f3a52-4f0e-4c7e-9d5b-0f6a2c1d8e34';

test('a proof is the same by both providers, and stays what it is', () => {
  const proofs = [vault, portableVault].map((each) => each.rekeyProof(kek, owner));
  expect(proofs.map(hex)).toEqual(Array(2).fill(proof));
  const verifiers = [vault, portableVault].map((each) => each.proofVerifier(proofs[0] as Uint8Array));
  expect(verifiers.map(hex)).toEqual(Array(2).fill(verifier));
});

test('a proof proves for its owner, version and KEK alone', () => {
  const verifier = vault.proofVerifier(vault.rekeyProof(kek, owner));
  expect(vault.provesRekey(vault.rekeyProof(kek, owner), verifier)).toBe(true);
  for (const other of others) {
    expect(vault.provesRekey(vault.rekeyProof(kek, other), verifier)).toBe(false);
  }
  expect(vault.provesRekey(vault.rekeyProof(kek.toReversed(), owner), verifier)).toBe(false);
  expect(vault.provesRekey(verifier, verifier)).toBe(false);
  expect(vault.provesRekey(kek, verifier)).toBe(false);
});

test.each(vaultPairs)('a challenge is answered by the owner’s keys alone: %s', (_, server, client) => {
  const pairs = client.generateKeyPairs();
  const { challenge, verifier } = server.challengeRestore(owner, pairs.publicKeys, restoreId);
  const answer = client.answerRestore(owner, pairs, restoreId, challenge);
  expect(server.provesRekey(answer, verifier)).toBe(true);
  expect(() => client.answerRestore(owner, client.generateKeyPairs(), restoreId, challenge)).toThrow(
    KeyMismatch,
  );
  expect(() => client.answerRestore(owner, pairs, restoreId.replace('7', '8'), challenge)).toThrow(Tampered);
  const { challenge: another } = server.challengeRestore(owner, pairs.publicKeys, restoreId);
  expect(server.provesRekey(client.answerRestore(owner, pairs, restoreId, another), verifier)).toBe(false);
});

test('a challenge that was altered or cut is refused', () => {
  const pairs = vault.generateKeyPairs();
  const { challenge } = vault.challengeRestore(owner, pairs.publicKeys, restoreId);
  const answer = (altered: Uint8Array) => () => vault.answerRestore(owner, pairs, restoreId, altered);
  for (const [bit, altered] of flips(challenge, 97)) {
    const isOfKeyId = bit >= 16 && bit < 16 + 32 * 8;
    expect(answer(altered)).toThrow(isOfKeyId ? KeyMismatch : refusalOf(bit));
  }
  for (const shorter of cuts(challenge, 101)) expect(answer(shorter)).toThrow();
});

test('invalid public keys are refused', () => {
  const { publicKeys } = vault.generateKeyPairs();
  const none = { ...publicKeys, x25519: new Uint8Array(32) };
  expect(() => vault.challengeRestore(owner, none, restoreId)).toThrow(Tampered);
  expect(() => vault.checkPublicKeys(none)).toThrow(Tampered);
  const noLattice = { ...publicKeys, mlKem768: native.randomBytes(1184).fill(255) };
  expect(() => vault.checkPublicKeys(noLattice)).toThrow(Tampered);
  expect(() => vault.checkPublicKeys({ ...publicKeys, mlKem768: new Uint8Array(3) })).toThrow(Tampered);
  expect(() => vault.checkPublicKeys(publicKeys)).not.toThrow();
});
