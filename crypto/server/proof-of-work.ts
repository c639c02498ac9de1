import { randomBytes, randomInt } from 'node:crypto';
import { type ChallengeParameters, createChallenge, type Solution, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';

/** ALTCHA PoW v2, "deterministic": the solver searches a counter whose PBKDF2 output begins with a given prefix. */
const parameters = { algorithm: 'PBKDF2/SHA-256', cost: 5_000 } as const;

type SignedParameters =
  | 'algorithm'
  | 'cost'
  | 'keyLength'
  | 'keyPrefix'
  | 'nonce'
  | 'salt'
  | 'expiresAt'
  | 'keySignature';

export type NewChallenge = {
  readonly challenge: {
    readonly parameters: Required<Pick<ChallengeParameters, SignedParameters>>;
    readonly signature: string;
  };
  /** Signs only this challenge. */
  readonly key: string;
};

/** @param tries the average number of attempts that a solver needs; a challenge takes from half to one and a half times that */
export async function newChallenge(tries: number, expiresAt: number): Promise<NewChallenge> {
  const key = randomBytes(32).toString('base64url');
  const challenge = await createChallenge({
    ...parameters,
    counter: randomInt(Math.ceil(tries / 2), Math.ceil(tries / 2) + tries),
    deriveKey,
    expiresAt,
    hmacSignatureSecret: key,
    hmacKeySignatureSecret: key,
  });
  return { challenge: challenge as NewChallenge['challenge'], key };
}

/** Checks a solution without a derivation: the signed challenge commits to the key that the solver must find. */
export async function isSolved({ challenge, key }: NewChallenge, solution: Solution): Promise<boolean> {
  const { verified } = await verifySolution({
    challenge,
    solution,
    deriveKey,
    hmacSignatureSecret: key,
    hmacKeySignatureSecret: key,
  });
  return verified;
}
