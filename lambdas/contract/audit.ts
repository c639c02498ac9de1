import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { PageQuery, Timestamp } from './schemas.ts';

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

export const audit = {
  list: defineRoute({
    operationId: 'audit.list',
    method: 'GET',
    path: '/api/v1/audit',
    tag: 'Audit',
    summary: 'Get audit log',
    description:
      'Newest first. A user sees their own entries, an org admin with scope=org those of the org, the global ' +
      'administrator all.',
    auth: 'any',
    rateLimit: 'api',
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
    alongsideAdmission: true,
    access: { tables: { audit: 'read' } },
  }),
} as const;
