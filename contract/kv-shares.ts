import * as z from 'zod';
import { Base64Text } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, text } from './schemas.ts';
import {
  derivesKek,
  Id,
  KeyName,
  receivedShare,
  ShareCreated,
  ShareGrant,
  ShareRemoved,
  ShareRevoked,
  shareTerms,
  userSecretErrors,
  userSecretHeader,
} from './vault-schemas.ts';

const ReceivedKvShare = z
  .object({ ...receivedShare, alias: z.string().nullable().meta({ example: 'database password' }) })
  .meta({ id: 'ReceivedKvShare' });

const key = z.strictObject({ key: KeyName });
const share = z.strictObject({ shareId: Id });
const common = { tag: 'Shares', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const kvShares = {
  create: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'kvShares.create',
    method: 'POST',
    path: '/v1/kv/{key}/shares',
    summary: 'Share a value',
    description:
      'Gives another user of the organization read access. The server wraps the value’s key to the recipient’s public ' +
      'keys. The share also covers later versions of the value. The alias is encrypted under the same key.',
    headers: userSecretHeader,
    params: key,
    body: z
      .strictObject({
        ...shareTerms,
        alias: text(limits.shareAliasBytes).nullish().meta({ example: 'database password' }),
      })
      .meta({ id: 'KvShareInput' }),
    responses: { 201: { description: 'Shared', body: ShareCreated } },
    errors: [
      'KEYS_REQUIRED',
      'RECIPIENT_KEYS_REQUIRED',
      'NOT_FOUND',
      'SHARE_EXISTS',
      'TOO_MANY_SHARES',
      ...userSecretErrors,
    ],
    idempotent: true,
    audit: 'kvShares.create',
    access: { tables: { kv: 'write', shares: 'write', keys: 'read', orgs: 'read', counters: 'write' } },
  }),
  list: defineRoute({
    ...common,
    operationId: 'kvShares.list',
    method: 'GET',
    path: '/v1/kv/{key}/shares',
    summary: 'List the shares of a value',
    description: 'Returns active shares only.',
    params: key,
    query: PageQuery,
    responses: {
      200: { description: 'A page of shares', body: z.array(ShareGrant), headers: nextCursorHeader },
    },
    errors: ['NOT_FOUND', 'INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { kv: 'read', shares: 'read' } },
  }),
  revoke: defineRoute({
    ...common,
    operationId: 'kvShares.revoke',
    method: 'DELETE',
    path: '/v1/kv/{key}/shares/{recipientUserId}',
    summary: 'Revoke a share of a value',
    params: z.strictObject({ key: KeyName, recipientUserId: Id }),
    responses: { 200: { description: 'Revoked', body: ShareRevoked } },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'kvShares.revoke',
    access: { tables: { kv: 'write', shares: 'write' } },
  }),
  listReceived: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'kvShares.listReceived',
    method: 'GET',
    path: '/v1/kv/shared',
    summary: 'List values shared with the caller',
    description: 'Returns active shares that the caller’s keys can decrypt.',
    headers: userSecretHeader,
    query: PageQuery,
    responses: {
      200: { description: 'A page of shares', body: z.array(ReceivedKvShare), headers: nextCursorHeader },
    },
    errors: ['KEYS_REQUIRED', 'INVALID_CURSOR', ...userSecretErrors],
    audit: 'kvShares.listReceived',
    access: { tables: { shares: 'read', keys: 'read', counters: 'write' } },
  }),
  get: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'kvShares.get',
    method: 'GET',
    path: '/v1/kv/shared/{shareId}',
    summary: 'Read a shared value',
    description: 'The owner sees the times of the first and the last access.',
    headers: userSecretHeader,
    params: share,
    responses: {
      200: {
        description: 'The value',
        body: z.object({
          shareId: z.uuid(),
          ownerUserId: z.guid(),
          valueB64: Base64Text,
          expiresUtc: receivedShare.expiresUtc,
        }),
      },
    },
    errors: ['KEYS_REQUIRED', 'NOT_FOUND', 'SHARE_NOT_DECRYPTABLE', ...userSecretErrors],
    audit: 'kvShares.get',
    access: {
      tables: { shares: 'write', kv: 'read', keys: 'read', counters: 'write' },
      objects: 'read',
    },
  }),
  decline: defineRoute({
    ...common,
    operationId: 'kvShares.decline',
    method: 'DELETE',
    path: '/v1/kv/shared/{shareId}',
    summary: 'Decline a share of a value',
    description: 'Removes the share on behalf of its recipient.',
    params: share,
    responses: { 200: { description: 'Removed', body: ShareRemoved } },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'kvShares.decline',
    access: { tables: { kv: 'write', shares: 'write' } },
  }),
} as const;
