import { randomBytes, randomInt } from 'node:crypto';
import { type ChallengeParameters, createChallenge, type Solution, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';

/** ALTCHA PoW v2, "deterministic": a counter is to be found whose PBKDF2 output begins with a given prefix. */
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
  /** Signs this challenge alone. */
  readonly key: string;
};

/** @param tries that a solver needs on average; from half of them to half as many again */
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

/** Costs no derivation: the signed challenge commits to the key that the solver has to find. */
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
