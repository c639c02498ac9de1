import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { InvalidRequirement, normalName, parseRequirement } from './requirement.ts';
import { nextCursorHeader, PageQuery, Timestamp } from './schemas.ts';

const Requirement = z
  .string()
  .max(limits.packages.requirementCharacters)
  .transform((text, context) => {
    try {
      return parseRequirement(text);
    } catch (error) {
      if (!(error instanceof InvalidRequirement)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: text });
      return z.NEVER;
    }
  })
  .meta({
    example: 'requests==2.32.3',
    description: 'Name, extras and version specifiers (PEP 508, PEP 440); no URL, path, option or marker',
  });

const PackageName = z.string().max(limits.packages.requirementCharacters).transform(normalName).meta({
  example: 'requests',
  description: 'Compared in normalized form (PEP 503): `Foo.Bar` is `foo-bar`',
});

const PackageInfo = z
  .object({
    name: z.string().meta({ example: 'requests', description: 'Normalized name' }),
    requested: z.string().meta({ example: 'requests==2.32.3' }),
    version: z.string().nullable().meta({
      description: 'Installed version, also while another version is pending; null if none is installed',
    }),
    status: z.enum(['pending', 'ready', 'failed']),
    error: z.string().optional().meta({ description: 'Why the build failed' }),
    sizeBytes: z.int().nullable().meta({ description: 'Unpacked size of that version' }),
    updatedAt: Timestamp,
  })
  .meta({ id: 'PackageInfo' });

const LockedPackage = z
  .object({
    name: z.string(),
    version: z.string(),
    requested: z
      .boolean()
      .meta({ description: 'Whether the package is on the user’s list, rather than only a dependency' }),
    file: z.string().meta({ description: 'File name of the wheel' }),
    sha256: z.string().meta({ description: 'SHA-256 of the wheel, in hexadecimal' }),
    wheelBytes: z.int(),
    sizeBytes: z.int().meta({ description: 'Unpacked size' }),
  })
  .meta({ id: 'LockedPackage' });

const PackageLock = z
  .object({
    bundleId: z.string().meta({ description: 'SHA-256 of `lock`, in hexadecimal' }),
    python: z.string(),
    platform: z.string(),
    requirements: z.array(z.string()),
    packages: z.array(LockedPackage),
    tree: z
      .object({ sha256: z.string(), files: z.int(), sizeBytes: z.int() })
      .meta({ description: 'All installed files, with one hash over the hashes of the files' }),
    lock: z.string().meta({ description: 'The text of this lock that was hashed' }),
  })
  .meta({ id: 'PackageLock' });

const common = { tag: 'Packages', auth: 'user', rateLimit: 'api' } as const;
const changes = { access: { tables: { packages: 'write' }, builder: 'request' } } as const;

export const packages = {
  list: defineRoute({
    ...common,
    operationId: 'packages.list',
    method: 'GET',
    path: '/api/v1/packages',
    summary: 'List packages',
    description:
      'Returns packages by name. While a list is pending, or if its build failed, programs import the packages of the ' +
      'previous list.',
    query: PageQuery,
    responses: {
      200: { description: 'A page of the list', body: z.array(PackageInfo), headers: nextCursorHeader },
    },
    errors: ['INVALID_CURSOR', 'CONFLICT', 'PACKAGES_UNAVAILABLE', 'BUILDER_BUSY'],
    alongsideAdmission: true,
    ...changes,
  }),
  getLock: defineRoute({
    ...common,
    operationId: 'packages.getLock',
    method: 'GET',
    path: '/api/v1/packages/lock',
    summary: 'Get the lock of the installed packages',
    description:
      'Returns every wheel with its hash, including dependencies. Returns 404 if nothing is installed.',
    responses: { 200: { description: 'The lock', body: PackageLock } },
    errors: ['NOT_FOUND', 'CONFLICT', 'PACKAGES_UNAVAILABLE', 'BUILDER_BUSY'],
    alongsideAdmission: true,
    ...changes,
  }),
  replace: defineRoute({
    ...common,
    operationId: 'packages.replace',
    method: 'PUT',
    path: '/api/v1/packages',
    summary: 'Replace the package list',
    description:
      'Replaces the list and resolves it to the newest wheels that satisfy it. Of concurrent requests the one that is ' +
      'accepted last wins. The list is `pending` until it is built.',
    body: z
      .strictObject({
        packages: z
          .array(Requirement)
          .max(limits.packages.count)
          .check(({ value, issues }) => {
            for (const [at, { name }] of value.entries()) {
              if (value.findIndex((other) => other.name === name) === at) continue;
              issues.push({
                code: 'custom',
                message: 'is already on the list',
                input: name,
                path: [at],
              });
            }
          })
          .meta({ example: ['numpy', 'requests==2.32.3'] }),
      })
      .meta({ id: 'PackageList' }),
    responses: { 200: { description: 'The new list', body: z.array(PackageInfo) } },
    errors: ['PACKAGES_UNAVAILABLE', 'BUILDER_BUSY'],
    audit: 'packages.replace',
    ...changes,
  }),
  add: defineRoute({
    ...common,
    operationId: 'packages.add',
    method: 'POST',
    path: '/api/v1/packages',
    summary: 'Add a package',
    description: 'Adds the package and resolves the whole list again.',
    body: z.strictObject({ package: Requirement }).meta({ id: 'PackageInput' }),
    responses: { 201: { description: 'The package, now pending', body: PackageInfo } },
    errors: ['PACKAGE_EXISTS', 'TOO_MANY_PACKAGES', 'PACKAGES_UNAVAILABLE', 'BUILDER_BUSY'],
    idempotent: true,
    audit: 'packages.add',
    ...changes,
  }),
  remove: defineRoute({
    ...common,
    operationId: 'packages.remove',
    method: 'DELETE',
    path: '/api/v1/packages/{name}',
    summary: 'Remove a package',
    description:
      'Removes the package and resolves the rest of the list again. Programs can import the package until that is built.',
    params: z.strictObject({ name: PackageName }),
    responses: {
      200: { description: 'Removed', body: z.object({ deleted: z.literal(true), name: z.string() }) },
    },
    errors: ['NOT_FOUND', 'PACKAGES_UNAVAILABLE', 'BUILDER_BUSY'],
    audit: 'packages.remove',
    ...changes,
  }),
} as const;
