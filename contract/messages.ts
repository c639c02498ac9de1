import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { Instant, PageQuery, Timestamp, text } from './schemas.ts';

const success = z.literal(true);

const format = z.union([z.literal(1), z.literal(2)]).meta({
  description: '1: AES-256-CBC under PBKDF2, as older clients write it; 2: XChaCha20-Poly1305',
});

const remaining = z.int().min(0).nullable().meta({
  description: 'Accesses that are left; null where they are not limited',
});

const StoredMessage = z
  .object({
    messageId: z.string(),
    deleteToken: z.string().optional().meta({
      description: 'Deletes the message; only for anonymous senders, and only this once',
    }),
    url: z
      .string()
      .meta({ description: 'The recipient’s page. Add the key as its fragment, here or elsewhere.' }),
    expiresAt: Timestamp.nullable(),
  })
  .meta({ id: 'StoredMessage' });

const MessageInfo = z
  .object({
    name: z.string().optional(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    remaining,
    format,
  })
  .meta({ id: 'MessageInfo' });

const OwnMessage = z
  .object({
    messageId: z.string(),
    url: z.string(),
    name: z.string().nullable(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    maxAccess: z.int().nullable(),
    remaining,
    accesses: z.int().min(0),
    lastAccessAt: Timestamp.nullable(),
    format,
    sizeBytes: z.int(),
    auditResource: z.string().meta({
      description: 'What entries of the audit log call the message: they never hold its id, which opens it',
    }),
  })
  .meta({ id: 'OwnMessage' });

/** Made by crypto-js 4.2 as the reference shows it; the password is `correct horse`. */
const legacyExample =
  'ad5740deb914665852113b7c9e61c5e4f102f1a5f3f313f303ad1933424800967r+fuRyr0HbVTHdEudmAMcIIbzz2Gwq5TWMBCrv2zt' +
  'HQgJKKcKA7HPEfl/ZF+EtNSDYiRpqcMrDiIX8ThOi7vY8IWuVHYwztpoiJAA+aG4M=';

const MessageInput = z
  .strictObject({
    encryptedContent: z.string().meta({
      description:
        'Encrypted by the sender: hex salt, hex IV and base64 ciphertext of format 1, or `sr2.` and base64url of ' +
        'format 2. Kept and given back as it is; anything else is refused, so that nobody stores what they forgot ' +
        'to encrypt.',
      example: legacyExample,
      maxLength: limits.messageBytes,
    }),
    name: text(limits.messageNameCharacters * 4)
      .max(limits.messageNameCharacters)
      .nullish()
      .meta({ description: 'In the clear: whoever has the link can read it', example: 'API Secret' }),
    expiresAt: Instant.nullish().meta({
      description: `When it ceases to exist, at most ${limits.messageSeconds / 86_400} days ahead; null for never`,
      example: null,
    }),
    maxAccess: z.int().min(1).max(limits.messageAccesses).nullish().meta({
      description: 'How often it can be opened; null for any number of times',
      example: 1,
    }),
  })
  .meta({ id: 'MessageInput' });

const id = z.strictObject({ id: z.string().max(128) });
const common = { tag: 'Messages' } as const;

export const messages = {
  create: defineRoute({
    ...common,
    operationId: 'messages.create',
    method: 'POST',
    path: '/api/messages',
    summary: 'Store an encrypted message',
    description:
      'With an API token, a JWT or an API key the message is the user’s own; without any, the answer holds the ' +
      'only right to delete it. Where the installation says so, anonymous senders solve a challenge first.',
    auth: 'optional',
    scope: 'messages:write',
    rateLimit: 'message',
    headers: { 'X-Challenge-Solution': 'Solution of a challenge of POST /api/challenges, base64' },
    body: MessageInput,
    maxBodyBytes: limits.messageBytes + 16 * 1024,
    responses: {
      201: {
        description: 'Stored',
        body: z.object({ success, message: z.literal('Message stored successfully'), data: StoredMessage }),
      },
    },
    errors: ['CHALLENGE_REQUIRED'],
    idempotent: true,
    audit: 'messages.create',
    alongsideAdmission: true,
    access: { tables: { messages: 'write', challenges: 'write' }, objects: 'write' },
  }),
  getStatus: defineRoute({
    ...common,
    operationId: 'messages.getStatus',
    method: 'GET',
    path: '/api/messages/{id}',
    summary: 'Look whether a message waits',
    description:
      'Gives no content and counts as no access, so that robots that preview links use nothing up.',
    auth: 'none',
    rateLimit: 'api',
    params: id,
    responses: { 200: { description: 'It waits', body: z.object({ success, data: MessageInfo }) } },
    errors: ['NOT_FOUND'],
    alongsideAdmission: true,
    access: { tables: { messages: 'read' } },
  }),
  open: defineRoute({
    ...common,
    operationId: 'messages.open',
    method: 'POST',
    path: '/api/messages/{id}/open',
    summary: 'Open a message',
    description:
      'Counts as an access; the last one deletes the message. However many open at once, as many succeed as there ' +
      'are accesses. An opener who sends a nonce and loses the answer may send the same again, once, within ' +
      `${limits.messageRepeatSeconds} seconds: it has the content without another count, even of the last access. ` +
      'An absent, an expired and a used-up message answer alike.',
    auth: 'none',
    rateLimit: 'api',
    params: id,
    body: z
      .strictObject({
        nonce: z
          .string()
          .regex(/^[A-Za-z0-9_-]{22,128}$/, {
            error: 'must have 22 to 128 letters, digits, hyphens or underscores (at least 128 random bits)',
          })
          .optional()
          .meta({
            description: 'At least 128 random bits, another for each opening',
            example: 'kq3Zt0yDqk2vQ8c1l5bT7w',
          }),
      })
      .meta({ id: 'OpenInput' }),
    responses: {
      200: {
        description: 'The content, as it was stored',
        body: z.object({ success, data: z.object({ encryptedContent: z.string(), remaining }) }),
      },
    },
    errors: ['NOT_FOUND', 'NONCE_SPENT'],
    audit: 'messages.open',
    alongsideAdmission: true,
    access: { tables: { messages: 'write' }, objects: 'read' },
  }),
  delete: defineRoute({
    ...common,
    operationId: 'messages.delete',
    method: 'DELETE',
    path: '/api/messages/{id}',
    summary: 'Delete a message',
    description: 'By its owner, or by the delete token that an anonymous sender was given.',
    auth: 'optional',
    scope: 'messages:write',
    rateLimit: 'api',
    headers: { 'X-Delete-Token': 'The delete token of a message without an owner' },
    params: id,
    responses: {
      200: { description: 'Deleted', body: z.object({ success, message: z.literal('Message deleted') }) },
    },
    errors: ['NOT_FOUND'],
    audit: 'messages.delete',
    alongsideAdmission: true,
    access: { tables: { messages: 'write' } },
  }),
  list: defineRoute({
    ...common,
    operationId: 'messages.list',
    method: 'GET',
    path: '/api/messages',
    summary: 'List own messages',
    description: 'Those that can still be opened, newest first, without content.',
    auth: 'user',
    scope: 'messages:read',
    rateLimit: 'api',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of messages',
        body: z.object({ success, data: z.array(OwnMessage), nextCursor: z.string().optional() }),
      },
    },
    errors: ['INVALID_CURSOR'],
    alongsideAdmission: true,
    access: { tables: { messages: 'read' } },
  }),
} as const;
