import * as z from 'zod';
import { Base64Text, base64Bytes } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';
import { derivesKek, KeyName, userSecretErrors, userSecretHeader } from './vault-schemas.ts';

export const KvWritten = z
  .object({ key: z.string(), version: z.int().min(1), updatedUtc: Timestamp })
  .meta({ id: 'KvWritten' });

const params = z.strictObject({ key: KeyName });
const common = { tag: 'KV', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const kv = {
  put: defineRoute({
    ...common,
    operationId: 'kv.put',
    method: 'PUT',
    path: '/v1/kv/{key}',
    summary: 'Store a value',
    description:
      'The server encrypts the value under a new random key, and wraps the key to the public keys of the caller and of ' +
      'each recipient of a share. Needs no user secret.',
    params,
    body: z.strictObject({ valueB64: base64Bytes(limits.kvValueBytes) }).meta({ id: 'KvValueInput' }),
    responses: {
      200: { description: 'Replaced', body: KvWritten },
      201: { description: 'Created', body: KvWritten },
    },
    errors: ['KEYS_REQUIRED', 'PLAN_LIMIT_REACHED', 'TAMPERED', 'CONFLICT'],
    audit: 'kv.put',
    access: {
      tables: { kv: 'write', shares: 'write', orgs: 'write', keys: 'read', vaultObjects: 'write' },
      objects: 'write',
    },
  }),
  get: defineRoute({
    ...common,
    ...derivesKek,
    operationId: 'kv.get',
    method: 'GET',
    path: '/v1/kv/{key}',
    summary: 'Read a value',
    headers: userSecretHeader,
    params,
    responses: { 200: { description: 'The value', body: z.object({ valueB64: Base64Text }) } },
    errors: ['KEYS_REQUIRED', 'NOT_FOUND', ...userSecretErrors],
    audit: 'kv.get',
    access: { tables: { kv: 'read', keys: 'read', counters: 'write' }, objects: 'read' },
  }),
  delete: defineRoute({
    ...common,
    operationId: 'kv.delete',
    method: 'DELETE',
    path: '/v1/kv/{key}',
    summary: 'Delete a value',
    description: 'Deletes the value and all its shares.',
    params,
    responses: {
      200: { description: 'Deleted', body: z.object({ deleted: z.literal(true), key: z.string() }) },
    },
    errors: ['NOT_FOUND', 'TAMPERED', 'CONFLICT'],
    audit: 'kv.delete',
    access: { tables: { kv: 'write', shares: 'write', orgs: 'write', vaultObjects: 'write' } },
  }),
  list: defineRoute({
    ...common,
    operationId: 'kv.list',
    method: 'GET',
    path: '/v1/kv',
    summary: 'List the names of all values',
    query: PageQuery,
    responses: {
      200: { description: 'A page of names', body: z.array(z.string()), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR'],
    access: { tables: { kv: 'read' } },
  }),
} as const;
