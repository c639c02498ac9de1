import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { PageQuery, Timestamp } from './schemas.ts';
import { Base64 } from './vault-schemas.ts';

const AuditEntry = z
  .object({
    id: z.uuid(),
    sequence: z.int().meta({
      description: 'Grows with every entry of the installation; numbers of refused calls are left out',
    }),
    time: Timestamp,
    actor: z.object({
      userId: z.string().nullable().meta({ description: 'null where nobody was signed in' }),
      email: z.string().optional(),
      keyId: z
        .string()
        .nullable()
        .meta({ description: 'The API key or session that the call was made with' }),
    }),
    action: z.string().meta({ example: 'secrets.put' }),
    resource: z.string().meta({ example: 'secrets/DATABASE_URL' }),
    outcome: z.enum(['success', 'refused']),
    ip: z.string().meta({ example: '203.0.113.7' }),
    userAgent: z.string().meta({ example: 'curl/8.5.0' }),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });

const HashB64 = Base64.meta({ description: 'SHA-256, 32 bytes' });
const VerifierKey = z.string().meta({
  description: 'The key that signs checkpoints, in the form of https://c2sp.org/signed-note; pin it',
  example: 'strongroom.audit/Xl3…+5f0c2a11+AjBZ…',
});
const Checkpoint = z.string().meta({
  description: 'Size and root of the log as a signed note: https://c2sp.org/tlog-checkpoint',
});
const size = z.int().min(1).meta({ description: 'How many entries the log of the checkpoint has' });

const AuditCheckpoint = z
  .object({
    checkpoint: Checkpoint,
    size,
    verifierKey: VerifierKey,
    consistency: z
      .object({ from: z.int().min(1), proofB64: z.array(HashB64) })
      .optional()
      .meta({ description: 'Where `from` was asked: RFC 9162 section 2.1.4' }),
  })
  .meta({ id: 'AuditCheckpoint' });

const AuditProof = z
  .object({
    entry: AuditEntry,
    leafIndex: z.int().min(0).meta({ description: 'The entry’s place in the log, from 0' }),
    size,
    proofB64: z.array(HashB64).meta({ description: 'RFC 9162 section 2.1.3' }),
    checkpoint: Checkpoint,
    verifierKey: VerifierKey,
  })
  .meta({ id: 'AuditProof' });

const common = {
  tag: 'Audit',
  method: 'GET',
  auth: 'any',
  rateLimit: 'api',
  alongsideAdmission: true,
} as const;

export const audit = {
  list: defineRoute({
    ...common,
    operationId: 'audit.list',
    path: '/api/v1/audit',
    summary: 'Get audit log',
    description:
      'Newest first. A user sees their own entries, an org admin with scope=org those of the org, the global ' +
      'administrator all.',
    query: PageQuery.extend({
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
      action: z.string().max(64).optional(),
      scope: z.enum(['own', 'org']).optional(),
    }),
    responses: {
      200: {
        description: 'A page of entries',
        body: z.object({ entries: z.array(AuditEntry), nextCursor: z.string().optional() }),
      },
    },
    errors: ['INVALID_CURSOR', 'FORBIDDEN'],
    access: { tables: { audit: 'read' } },
  }),
  getCheckpoint: defineRoute({
    ...common,
    operationId: 'audit.getCheckpoint',
    path: '/api/v1/audit/checkpoint',
    summary: 'Get the newest checkpoint of the audit log',
    description:
      'The log of all entries of the installation is a Merkle tree (RFC 9162), which only grows; a checkpoint signs ' +
      'its size and root. With `from`, the proof that the log of that size is the beginning of this one: whoever ' +
      'kept a checkpoint sees that nothing was changed or left out since. 404 until the first entries are sealed.',
    query: z.strictObject({
      from: z.coerce
        .number()
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Size of the log in an earlier checkpoint' }),
    }),
    responses: { 200: { description: 'The checkpoint', body: AuditCheckpoint } },
    errors: ['NOT_FOUND'],
    access: { tables: { auditLog: 'read' }, objects: 'audit:read', keys: ['verify:audit'] },
  }),
  getProof: defineRoute({
    ...common,
    operationId: 'audit.getProof',
    path: '/api/v1/audit/{id}/proof',
    summary: 'Prove that an entry is in the audit log',
    description:
      'The hash of an entry is the one of RFC 9162 over its canonical JSON (RFC 8785). Entries are sealed into the ' +
      'log within a minute or so; until then 409.',
    params: z.strictObject({ id: z.uuid({ version: 'v7' }) }),
    responses: { 200: { description: 'The entry and its proof', body: AuditProof } },
    errors: ['NOT_FOUND', 'NOT_SEALED_YET'],
    access: { tables: { audit: 'read', auditLog: 'read' }, objects: 'audit:read', keys: ['verify:audit'] },
  }),
} as const;
