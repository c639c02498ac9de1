import { challenges } from '../../contract/challenges.ts';
import { limits } from '../../contract/limits.ts';
import { newChallenge } from '../../crypto/server/proof-of-work.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addChallenge } from '../stores/challenges.ts';

export const handler = endpoint(challenges.create, async (_, { settings, now }) => {
  const expiresAt = Math.floor(now.getTime() / 1000) + limits.challengeSeconds;
  const { challenge, key } = await newChallenge(settings.STRONGROOM_CHALLENGE_TRIES, expiresAt);
  const stored = { challenge: JSON.stringify(challenge), key };
  return {
    status: 200,
    body: { required: settings.STRONGROOM_CHALLENGE === 'on', ...challenge },
    writes: [addChallenge(challenge.parameters.nonce, stored, expiresAt)],
  };
});
