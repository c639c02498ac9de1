import * as z from 'zod';
import { defineRoute } from './define-route.ts';

const hex = z.string().regex(/^[0-9a-f]+$/);

const Challenge = z
  .object({
    required: z.boolean().meta({ description: 'Whether this installation requires a solution' }),
    parameters: z
      .object({
        algorithm: z.string().meta({ example: 'PBKDF2/SHA-256' }),
        cost: z.int().meta({ description: 'PBKDF2 iterations per attempt' }),
        expiresAt: z.int().meta({ description: 'Epoch seconds' }),
        keyLength: z.int(),
        keyPrefix: hex.meta({ example: '3f1c' }),
        keySignature: hex.meta({ example: '9b2e' }),
        nonce: hex.meta({ example: '7d20' }),
        salt: hex.meta({ example: '51aa' }),
      })
      .meta({ description: 'Parameters of ALTCHA PoW v2' }),
    signature: hex.meta({ example: 'c4d9' }),
  })
  .meta({ id: 'Challenge' });

export const challenges = {
  create: defineRoute({
    operationId: 'challenges.create',
    method: 'POST',
    path: '/api/challenges',
    tag: 'Messages',
    summary: 'Create a proof-of-work challenge',
    description:
      'An installation can require a proof of work from anonymous senders, instead of a third party’s captcha. Any ' +
      'ALTCHA PoW v2 client can solve the challenge. Send the solution, base64 of the JSON {challenge, solution}, in ' +
      'the header X-Challenge-Solution of POST /api/messages. It is valid for one message, for ten minutes.',
    auth: 'none',
    rateLimit: 'api',
    responses: { 200: { description: 'The challenge', body: Challenge } },
    access: { tables: { challenges: 'write' } },
  }),
} as const;
