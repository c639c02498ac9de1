import * as z from 'zod';
import { defineRoute } from './define-route.ts';

const hex = z.string().regex(/^[0-9a-f]+$/);

const Challenge = z
  .object({
    required: z.boolean().meta({ description: 'Whether this installation asks for a solution at all' }),
    parameters: z
      .object({
        algorithm: z.string().meta({ example: 'PBKDF2/SHA-256' }),
        cost: z.int().meta({ description: 'PBKDF2 iterations of one try' }),
        expiresAt: z.int().meta({ description: 'Epoch seconds' }),
        keyLength: z.int(),
        keyPrefix: hex.meta({ example: '3f1c' }),
        keySignature: hex.meta({ example: '9b2e' }),
        nonce: hex.meta({ example: '7d20' }),
        salt: hex.meta({ example: '51aa' }),
      })
      .meta({ description: 'As ALTCHA PoW v2 has them' }),
    signature: hex.meta({ example: 'c4d9' }),
  })
  .meta({ id: 'Challenge' });

export const challenges = {
  create: defineRoute({
    operationId: 'challenges.create',
    method: 'POST',
    path: '/api/challenges',
    tag: 'Messages',
    summary: 'Ask for a proof-of-work challenge',
    description:
      'Where the installation asks anonymous senders for a proof of work, in place of a third party’s captcha. ' +
      'Any client of ALTCHA PoW v2 solves it. The solution, base64 of the JSON {challenge, solution}, goes into ' +
      'the header X-Challenge-Solution of POST /api/messages. It is good for one message, for ten minutes.',
    auth: 'none',
    rateLimit: 'api',
    responses: { 200: { description: 'The challenge', body: Challenge } },
    access: { tables: { challenges: 'write' } },
  }),
} as const;
