import * as z from 'zod';
import { Base64Text } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { PageQuery, Timestamp } from './schemas.ts';

const AuditEntry = z
  .object({
    id: z.uuid(),
    sequence: z.int().meta({
      description:
        'Increases with every entry of the installation. Requests that are refused before they are recorded leave gaps',
    }),
    time: Timestamp,
    actor: z.object({
      userId: z.string().nullable().meta({ description: 'null if no one was signed in' }),
      email: z.string().optional(),
      keyId: z
        .string()
        .nullable()
        .meta({ description: 'The API key or session that authenticated the request' }),
    }),
    action: z.string().meta({ example: 'secrets.put' }),
    resource: z.string().meta({ example: 'secrets/DATABASE_URL' }),
    outcome: z.enum(['success', 'refused']),
    ip: z.string().meta({ example: '203.0.113.7' }),
    userAgent: z.string().meta({ example: 'curl/8.5.0' }),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });

const HashB64 = Base64Text.meta({ description: 'SHA-256, 32 bytes' });
const VerifierKey = z.string().meta({
  description: 'The key that signs checkpoints, as defined by https://c2sp.org/signed-note. Pin it.',
  example: 'strongroom.audit/Xl3…+5f0c2a11+AjBZ…',
});
const Checkpoint = z.string().meta({
  description: 'Size and root hash of the log as a signed note: https://c2sp.org/tlog-checkpoint',
});
const size = z.int().min(1).meta({ description: 'Number of entries in the log at this checkpoint' });

const AuditCheckpoint = z
  .object({
    checkpoint: Checkpoint,
    size,
    verifierKey: VerifierKey,
    consistency: z
      .object({ from: z.int().min(1), proofB64: z.array(HashB64) })
      .optional()
      .meta({ description: 'Consistency proof, if the request had `from`: RFC 9162 section 2.1.4' }),
  })
  .meta({ id: 'AuditCheckpoint' });

const AuditProof = z
  .object({
    entry: AuditEntry,
    leafIndex: z.int().min(0).meta({ description: 'Zero-based index of the entry in the log' }),
    size,
    proofB64: z.array(HashB64).meta({ description: 'Inclusion proof: RFC 9162 section 2.1.3' }),
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
    summary: 'List audit entries',
    description:
      'Returns entries newest first: a user’s own entries; with scope=org, an organization admin gets those of the ' +
      'organization; the global administrator gets all entries.',
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
      'The log of all entries of the installation is an append-only Merkle tree (RFC 9162). A checkpoint signs its size ' +
      'and root hash. With `from`, the response also proves that the log of that size is a prefix of this log: anyone ' +
      'who kept an earlier checkpoint can verify that no entry was changed or removed since. Returns 404 until the log ' +
      'has its first entry.',
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
      'The leaf hash of an entry is that of RFC 9162 over its canonical JSON (RFC 8785). An entry is added to the log ' +
      'about a minute after the request; until then the response is 409.',
    params: z.strictObject({ id: z.uuid({ version: 'v7' }) }),
    responses: { 200: { description: 'The entry and its proof', body: AuditProof } },
    errors: ['NOT_FOUND', 'NOT_SEALED_YET'],
    access: { tables: { audit: 'read', auditLog: 'read' }, objects: 'audit:read', keys: ['verify:audit'] },
  }),
} as const;
