import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { Email, nextCursorHeader, PageQuery, Timestamp, text } from './schemas.ts';
import { Id } from './vault-schemas.ts';

const Name = text(limits.nameCharacters * 4)
  .min(1)
  .max(limits.nameCharacters)
  .refine((name) => !/\p{Cc}/u.test(name), { error: 'must not contain control characters' });

const Org = z
  .object({ id: z.string(), name: z.string().meta({ example: 'Example Ltd' }), createdUtc: Timestamp })
  .meta({ id: 'Org' });

const OrgUser = z
  .object({
    id: z.guid(),
    orgId: z.string(),
    name: z.string().meta({ example: 'alice' }),
    email: z.string().nullable().meta({ example: 'alice@example.com' }),
    role: z.enum(['member', 'admin']),
    isAdmin: z.boolean(),
    createdUtc: Timestamp,
  })
  .meta({ id: 'OrgUser' });

const apiKey = z.string().meta({ description: 'The API key; it is shown only once', example: 'pyapi_…' });

const Plan = z
  .strictObject({
    key: z.string().min(1).max(64).meta({ description: 'Name of the plan', example: 'default' }),
    maxRecords: z
      .int()
      .min(0)
      .meta({ description: 'Maximum number of values of all users of the organization' }),
    maxKeyPlusValueBytes: z
      .int()
      .min(0)
      .meta({ description: 'Maximum size of one value together with its name' }),
    maxFiles: z
      .int()
      .min(0)
      .meta({ description: 'Maximum number of files of all users of the organization; 0 allows no files' }),
    maxFileSizeBytes: z.int().min(0),
  })
  .meta({ id: 'Plan' });

const Storage = z
  .strictObject({
    provider: z.enum(['appliance', 'none']).meta({
      description:
        '`appliance`: the object store of this installation; `none`: the organization cannot store files',
    }),
  })
  .meta({ id: 'Storage' });

const org = z.strictObject({ orgId: Id });
const common = { tag: 'Admin', rateLimit: 'api' } as const;
/** For the global administrator, and for an org's admins within their own org. */
const orgAdmin = { ...common, auth: 'any', alongsideAdmission: true } as const;
const administrator = { ...common, auth: 'administrator', alongsideAdmission: true } as const;

export const admin = {
  createOrg: defineRoute({
    ...administrator,
    operationId: 'admin.createOrg',
    method: 'POST',
    path: '/admin/orgs',
    summary: 'Create an organization',
    body: z.strictObject({ name: Name }).meta({ id: 'OrgInput' }),
    responses: { 201: { description: 'Created', body: Org } },
    idempotent: true,
    audit: 'admin.createOrg',
    access: { tables: { orgs: 'write' } },
  }),
  listOrgs: defineRoute({
    ...administrator,
    operationId: 'admin.listOrgs',
    method: 'GET',
    path: '/admin/orgs',
    summary: 'List all organizations',
    description: 'The organization `default` always exists. Users who register themselves join it.',
    query: PageQuery,
    responses: {
      200: { description: 'A page of organizations', body: z.array(Org), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR'],
    access: { tables: { orgs: 'read' } },
  }),
  createUser: defineRoute({
    ...orgAdmin,
    operationId: 'admin.createUser',
    method: 'POST',
    path: '/admin/orgs/{orgId}/users',
    summary: 'Create a user in an organization',
    description:
      'The global administrator creates the first admin of an organization; its admins create the other users. The new ' +
      'user has an API key and no password. An e-mail address, if sent, is reserved for this user.',
    params: org,
    body: z
      .strictObject({ name: Name, email: Email.optional(), isAdmin: z.boolean().optional() })
      .meta({ id: 'OrgUserInput' }),
    responses: {
      201: { description: 'Created', body: z.object({ ...OrgUser.shape, apiKey }) },
    },
    errors: ['FORBIDDEN', 'NOT_FOUND', 'EMAIL_TAKEN'],
    idempotent: true,
    audit: 'admin.createUser',
    access: { tables: { orgs: 'write', users: 'write', credentials: 'write' } },
  }),
  listUsers: defineRoute({
    ...orgAdmin,
    operationId: 'admin.listUsers',
    method: 'GET',
    path: '/admin/orgs/{orgId}/users',
    summary: 'List the users of an organization',
    params: org,
    query: PageQuery,
    responses: {
      200: { description: 'A page of users', body: z.array(OrgUser), headers: nextCursorHeader },
    },
    errors: ['FORBIDDEN', 'NOT_FOUND', 'INVALID_CURSOR', 'TAMPERED'],
    access: { tables: { orgs: 'read' } },
  }),
  rotateApiKey: defineRoute({
    ...orgAdmin,
    operationId: 'admin.rotateApiKey',
    method: 'POST',
    path: '/admin/orgs/{orgId}/users/{userId}/apikey/rotate',
    summary: 'Replace a user’s API key',
    description:
      'The old key stops working immediately. The user’s login returns no key until they replace it themselves.',
    params: z.strictObject({ orgId: Id, userId: Id }),
    responses: { 200: { description: 'The new API key', body: z.object({ userId: z.guid(), apiKey }) } },
    errors: ['FORBIDDEN', 'NOT_FOUND', 'CONFLICT'],
    audit: 'admin.rotateApiKey',
    access: { tables: { orgs: 'read', users: 'write', credentials: 'write' } },
  }),
  getStorage: defineRoute({
    ...orgAdmin,
    operationId: 'admin.getStorage',
    method: 'GET',
    path: '/admin/orgs/{orgId}/storage',
    summary: 'Get the file storage of an organization',
    params: org,
    responses: { 200: { description: 'The storage', body: Storage } },
    errors: ['FORBIDDEN', 'NOT_FOUND', 'TAMPERED'],
    access: { tables: { orgs: 'read' } },
  }),
  putStorage: defineRoute({
    ...administrator,
    operationId: 'admin.putStorage',
    method: 'PUT',
    path: '/admin/orgs/{orgId}/storage',
    summary: 'Set the file storage of an organization',
    description: 'Existing files stay where they are and can still be read.',
    params: org,
    body: Storage,
    responses: { 200: { description: 'The new storage', body: Storage } },
    errors: ['NOT_FOUND'],
    audit: 'admin.putStorage',
    access: { tables: { orgs: 'write' } },
  }),
  getPlan: defineRoute({
    ...orgAdmin,
    operationId: 'admin.getPlan',
    method: 'GET',
    path: '/admin/orgs/{orgId}/plan',
    summary: 'Get the plan of an organization',
    params: org,
    responses: { 200: { description: 'The plan', body: Plan } },
    errors: ['FORBIDDEN', 'NOT_FOUND', 'TAMPERED'],
    access: { tables: { orgs: 'read' } },
  }),
  putPlan: defineRoute({
    ...administrator,
    operationId: 'admin.putPlan',
    method: 'PUT',
    path: '/admin/orgs/{orgId}/plan',
    summary: 'Set the plan of an organization',
    description: 'Records that exceed the new plan stay. They can be read and replaced.',
    params: org,
    body: Plan,
    responses: { 200: { description: 'The new plan', body: Plan } },
    errors: ['NOT_FOUND'],
    audit: 'admin.putPlan',
    access: { tables: { orgs: 'write' } },
  }),
} as const;
