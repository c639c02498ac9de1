import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp, text } from './schemas.ts';

/** Environment variables that change how a loader, a shell or an interpreter starts. */
const reserved =
  /^(PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|IFS|ENV|BASH_ENV|TMPDIR|TEMP|TMP|LANG|LANGUAGE|TERM|MALLOC_.*|GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NLSPATH|RES_OPTIONS|TZ|TZDIR|LC_.*|LD_.*|DYLD_.*|GLIBC_.*|PYTHON.*|NODE_.*|NPM_.*|SSL_CERT_.*|OPENSSL_.*|MPLBACKEND|MPLCONFIGDIR|AWS_.*|ECS_.*|STRONGROOM_.*)$/i;

export const SecretName = z
  .string()
  .regex(new RegExp(`^[A-Za-z_][A-Za-z0-9_]{0,${limits.secretNameCharacters - 1}}$`), {
    error: 'must have 1 to 128 letters, digits or underscores, and must not start with a digit',
  })
  .refine((name) => !reserved.test(name), { error: 'is reserved: it changes how an interpreter starts' })
  .meta({ example: 'DATABASE_URL' });

const SecretMetadata = z
  .object({
    name: z.string().meta({ example: 'DATABASE_URL' }),
    description: z.string(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    version: z.int().min(1),
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: 'SecretMetadata' });

const common = { tag: 'Secrets', auth: 'user', rateLimit: 'api', alongsideAdmission: true } as const;

export const secrets = {
  put: defineRoute({
    ...common,
    operationId: 'secrets.put',
    method: 'PUT',
    path: '/api/v1/secrets/{name}',
    summary: 'Create or update a secret',
    description:
      'Programs that the user runs get the secret as an environment variable. No endpoint returns its value.',
    params: z.strictObject({ name: SecretName }),
    body: z
      .strictObject({
        value: text(limits.secretValueBytes)
          .refine((value) => !value.includes('\0'), {
            error: 'must not contain a NUL character, which an environment variable cannot hold',
          })
          .meta({ example: 'postgres://app:secret@db.example.com/app' }),
        description: z.string().max(limits.secretDescriptionCharacters).optional(),
      })
      .meta({ id: 'SecretInput' }),
    responses: {
      200: { description: 'Replaced', body: SecretMetadata },
      201: { description: 'Created', body: SecretMetadata },
    },
    errors: ['TOO_MANY_SECRETS', 'CONFLICT'],
    audit: 'secrets.put',
    access: { tables: { secrets: 'write' }, keys: ['data'] },
  }),
  delete: defineRoute({
    ...common,
    operationId: 'secrets.delete',
    method: 'DELETE',
    path: '/api/v1/secrets/{name}',
    summary: 'Delete a secret',
    params: z.strictObject({ name: SecretName }),
    responses: {
      200: { description: 'Deleted', body: z.object({ deleted: z.literal(true), name: z.string() }) },
    },
    errors: ['NOT_FOUND'],
    audit: 'secrets.delete',
    access: { tables: { secrets: 'write' } },
  }),
  list: defineRoute({
    ...common,
    operationId: 'secrets.list',
    method: 'GET',
    path: '/api/v1/secrets',
    summary: 'List secrets',
    description: 'Returns metadata only, ordered by name.',
    query: PageQuery,
    responses: {
      200: { description: 'A page of metadata', body: z.array(SecretMetadata), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR'],
    access: { tables: { secrets: 'read' } },
  }),
} as const;
