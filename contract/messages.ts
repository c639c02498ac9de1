import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { Instant, PageQuery, Timestamp, text } from './schemas.ts';

const success = z.literal(true);

const format = z.union([z.literal(1), z.literal(2)]).meta({
  description: '1: AES-256-CBC with PBKDF2, as older clients write it; 2: XChaCha20-Poly1305',
});

const remaining = z.int().min(0).nullable().meta({
  description: 'Remaining accesses; null if unlimited',
});

const StoredMessage = z
  .object({
    messageId: z.string(),
    deleteToken: z.string().optional().meta({
      description: 'Token that deletes the message; only for anonymous senders, and shown only once',
    }),
    url: z.string().meta({ description: 'URL of the recipient’s page. Append the key as the fragment.' }),
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
      description:
        'Name of the message in the audit log, which never contains the id, because the id opens the message',
    }),
  })
  .meta({ id: 'OwnMessage' });

/** Encrypted with crypto-js 4.2 as in the reference; the password is `correct horse`. */
const legacyExample =
  'ad5740deb914665852113b7c9e61c5e4f102f1a5f3f313f303ad1933424800967r+fuRyr0HbVTHdEudmAMcIIbzz2Gwq5TWMBCrv2zt' +
  'HQgJKKcKA7HPEfl/ZF+EtNSDYiRpqcMrDiIX8ThOi7vY8IWuVHYwztpoiJAA+aG4M=';

const MessageInput = z
  .strictObject({
    encryptedContent: z.string().meta({
      description:
        'Encrypted by the sender: hex salt, hex IV and base64 ciphertext in format 1, or `sr2.` and base64url in ' +
        'format 2. The server stores and returns it unchanged. It refuses anything else, so that no one stores ' +
        'plaintext by mistake.',
      example: legacyExample,
      maxLength: limits.messageBytes,
    }),
    name: text(limits.messageNameCharacters * 4)
      .max(limits.messageNameCharacters)
      .nullish()
      .meta({
        description: 'Stored in plaintext; anyone who has the link can read it',
        example: 'API Secret',
      }),
    expiresAt: Instant.nullish().meta({
      description: `When the message expires, at most ${limits.messageSeconds / 86_400} days ahead; null for never`,
      example: null,
    }),
    maxAccess: z.int().min(1).max(limits.messageAccesses).nullish().meta({
      description: 'How often the message can be opened; null for unlimited',
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
      'With an API token, a JWT or an API key, the message belongs to the user. Without a credential, only the delete ' +
      'token in the response can delete it. The installation may require anonymous senders to solve a challenge first.',
    auth: 'optional',
    scope: 'messages:write',
    rateLimit: 'message',
    headers: { 'X-Challenge-Solution': 'Base64 of the solution of a challenge from POST /api/challenges' },
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
    summary: 'Get a message’s status without opening it',
    description:
      'Returns no content and does not count as an access, so that link previews do not use up a message.',
    auth: 'none',
    rateLimit: 'api',
    params: id,
    responses: {
      200: { description: 'The message can be opened', body: z.object({ success, data: MessageInfo }) },
    },
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
      'Counts as an access; the last access deletes the message. Concurrent openers never get more than the remaining ' +
      'accesses. If the response is lost, send the same nonce again, once, within ' +
      `${limits.messageRepeatSeconds} seconds: the response contains the content and does not count, even after the ` +
      'last access. A missing, an expired and a used-up message get the same response.',
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
            description: 'At least 128 random bits, new for each opening',
            example: 'kq3Zt0yDqk2vQ8c1l5bT7w',
          }),
      })
      .meta({ id: 'OpenInput' }),
    responses: {
      200: {
        description: 'The encrypted content',
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
    description: 'Requires the owner’s credential, or the delete token of an anonymous message.',
    auth: 'optional',
    scope: 'messages:write',
    rateLimit: 'api',
    headers: { 'X-Delete-Token': 'The delete token of an anonymous message' },
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
    summary: 'List the caller’s messages',
    description: 'Returns messages that can still be opened, newest first, without content.',
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
