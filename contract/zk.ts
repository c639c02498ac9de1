import * as z from 'zod';
import { base64TextOf } from './base64.ts';
import { defineRoute } from './define-route.ts';
import { LanguageId } from './execution-schemas.ts';
import { detached, executions } from './executions.ts';
import { limits } from './limits.ts';
import { nextCursorHeader, PageQuery, Timestamp, text } from './schemas.ts';

const { stdin, args, timeoutSeconds, secrets } = executions.create.body.shape;

const CodeName = z
  .string()
  .regex(new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${limits.zkCodeNameCharacters - 1}}$`), {
    error:
      'must have 1 to 128 letters, digits, dots, hyphens or underscores, and must start with a letter or digit',
  })
  .meta({ example: 'monthly-report' });

/** Sizes in payload version 1: Argon2id salt, XChaCha20-Poly1305 nonce and tag, in bytes. */
const [saltBytes, nonceBytes, tagBytes] = [16, 24, 16];

const ZKPayload = z
  .strictObject({
    v: z.literal(1),
    salt: base64TextOf(saltBytes).meta({
      description: 'Argon2id salt: 64 MiB, 3 passes, 4 lanes, 32-byte key',
    }),
    nonce: base64TextOf(nonceBytes).meta({ description: 'XChaCha20-Poly1305 nonce; no associated data' }),
    ciphertext: base64TextOf(tagBytes, limits.codeBytes + tagBytes).meta({
      description: 'Ciphertext followed by the tag',
    }),
  })
  .meta({
    id: 'ZKPayload',
    description: 'A program encrypted under a master password; see docs/zero-knowledge.md',
  });

/** Python only, which runs from memory. A running JavaScript program is stored in a file of its sandbox. */
const Language = LanguageId.extract(['python']);

const EncryptedCodeMetadata = z
  .object({
    name: z.string(),
    language: Language,
    description: z.string(),
    sizeBytes: z.int().min(0).meta({ description: 'Size of the ciphertext' }),
    sha256: z
      .string()
      .meta({ description: 'SHA-256 of v (one byte) ‖ salt ‖ nonce ‖ ciphertext, in hexadecimal' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'EncryptedCodeMetadata' });

const MasterPassword = (min: number) =>
  z
    .string()
    .min(min)
    .max(limits.masterPasswordCharacters.max)
    .refine((password) => password.isWellFormed(), { error: 'must be well-formed Unicode' })
    .meta({ format: 'password', example: 'MyS3cur3P@ss!' });

const common = { tag: 'Zero-Knowledge', auth: 'user', rateLimit: 'api' } as const;

const named = { params: z.strictObject({ name: CodeName }) } as const;

export const zk = {
  encrypt: defineRoute({
    ...common,
    operationId: 'zk.encrypt',
    method: 'POST',
    path: '/api/v1/zk/encrypt',
    summary: 'Encrypt code on the server',
    description:
      'Encrypts a program as a client would, to try the format. The API sees the password and the program, and stores ' +
      'neither. For zero knowledge, encrypt on the client.',
    body: z.strictObject({
      masterPassword: MasterPassword(limits.masterPasswordCharacters.min),
      code: text(limits.codeBytes).meta({ example: "print('Hello from zero-knowledge!')" }),
    }),
    responses: {
      200: { description: 'The encrypted payload', body: z.object({ encryptedPayload: ZKPayload }) },
    },
    audit: 'zk.encrypt',
    access: {},
    memoryMiB: 1769,
  }),
  put: defineRoute({
    ...common,
    ...named,
    alongsideAdmission: true,
    operationId: 'zk.put',
    method: 'PUT',
    path: '/api/v1/zk/code/{name}',
    summary: 'Store encrypted code',
    description: 'The server checks the payload’s structure and lengths. It cannot decrypt the payload.',
    body: z.strictObject({
      encryptedPayload: ZKPayload,
      language: Language.default('python'),
      description: z.string().max(limits.zkCodeDescriptionCharacters).optional(),
    }),
    responses: {
      200: { description: 'Replaced', body: EncryptedCodeMetadata },
      201: { description: 'Created', body: EncryptedCodeMetadata },
    },
    errors: ['TOO_MANY_PROGRAMS'],
    audit: 'zk.put',
    access: { tables: { zkCode: 'write', zkPayloads: 'write' } },
  }),
  list: defineRoute({
    ...common,
    alongsideAdmission: true,
    operationId: 'zk.list',
    method: 'GET',
    path: '/api/v1/zk/code',
    summary: 'List encrypted code',
    description: 'Returns metadata only, ordered by name.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of metadata',
        body: z.array(EncryptedCodeMetadata),
        headers: nextCursorHeader,
      },
    },
    errors: ['INVALID_CURSOR'],
    access: { tables: { zkCode: 'read' } },
  }),
  get: defineRoute({
    ...common,
    ...named,
    alongsideAdmission: true,
    operationId: 'zk.get',
    method: 'GET',
    path: '/api/v1/zk/code/{name}',
    summary: 'Get encrypted code',
    responses: {
      200: {
        description: 'Metadata and payload',
        body: EncryptedCodeMetadata.extend({ encryptedPayload: ZKPayload }),
      },
    },
    errors: ['NOT_FOUND', 'TAMPERED_PAYLOAD'],
    access: { tables: { zkCode: 'read', zkPayloads: 'read' } },
  }),
  delete: defineRoute({
    ...common,
    ...named,
    alongsideAdmission: true,
    operationId: 'zk.delete',
    method: 'DELETE',
    path: '/api/v1/zk/code/{name}',
    summary: 'Delete encrypted code',
    responses: {
      200: { description: 'Deleted', body: z.object({ deleted: z.literal(true), name: z.string() }) },
    },
    errors: ['NOT_FOUND'],
    audit: 'zk.delete',
    access: { tables: { zkCode: 'write', zkPayloads: 'write' } },
  }),
  createSession: defineRoute({
    ...common,
    operationId: 'zk.createSession',
    method: 'POST',
    path: '/api/v1/zk/sessions',
    summary: 'Create a sandbox session',
    description:
      'Leases a sandbox and returns its public key. A master password sealed to the key passes through the API unread. ' +
      'The proof is a JWS of this installation over the key; it does not prove that the key belongs to a sandbox. See ' +
      'docs/zero-knowledge.md.',
    responses: {
      200: {
        description: 'The public key, valid for one sandbox and a short time',
        body: z
          .object({
            sessionId: z.uuid(),
            userId: z.uuid().meta({ description: 'Id of the caller, to be sealed with the password' }),
            publicKeyB64: z.string().meta({ description: 'X-Wing public key, 1,216 bytes' }),
            expiresAt: Timestamp,
            proof: z.string().meta({ description: 'JWS (ES256), signed by a key of /.well-known/jwks.json' }),
          })
          .meta({ id: 'ZKSession' }),
      },
    },
    errors: ['NO_SANDBOX_FREE', 'SANDBOX_UNAVAILABLE', 'UNAVAILABLE'],
    audit: 'zk.createSession',
    access: { tables: { sandboxes: 'write' }, sandboxes: true, keys: ['sign:jwt', 'verify:jwt'] },
    timeoutSeconds: 29,
  }),
  execute: defineRoute({
    ...common,
    ...named,
    operationId: 'zk.execute',
    method: 'POST',
    path: '/api/v1/zk/execute/{name}',
    summary: 'Execute encrypted code',
    description:
      'Only the sandbox decrypts the program. Send the master password, which the API passes on, or the password sealed ' +
      'to the key of a session. `Idempotency-Key` is not supported: it would require storing request and response. As ' +
      'with other programs, the result is stored if the execution is detached or leaves files that are too large for ' +
      'the response.',
    body: z
      .strictObject({
        masterPassword: MasterPassword(1).optional(),
        sealedPassword: z
          .strictObject({
            session: z.string().max(4096).meta({ description: 'Proof of the session' }),
            boxB64: base64TextOf(1139, 8192).meta({ description: 'Sealed box; see docs/zero-knowledge.md' }),
          })
          .optional(),
        stdin,
        args,
        timeoutSeconds,
        secrets,
      })
      .refine((body) => (body.masterPassword === undefined) !== (body.sealedPassword === undefined), {
        path: ['masterPassword'],
        error: 'is required unless sealedPassword is sent; send exactly one of the two',
      }),
    responses: {
      200: { description: 'The program ended', body: executions.create.responses[200].body },
      202: detached,
    },
    errors: [
      'NOT_FOUND',
      'WRONG_MASTER_PASSWORD',
      'TAMPERED_PAYLOAD',
      'SEALED_PASSWORD_REJECTED',
      'SESSION_ENDED',
      'NO_SANDBOX_FREE',
      'SANDBOX_UNAVAILABLE',
      'UNAVAILABLE',
    ],
    audit: 'zk.execute',
    access: {
      tables: {
        zkCode: 'read',
        zkPayloads: 'read',
        secrets: 'write',
        sandboxes: 'write',
        executions: 'write',
        packages: 'write',
      },
      objects: 'write',
      keys: ['data', 'verify:jwt'],
      sandboxes: true,
      background: ['jobs.awaitExecution'],
      builder: 'outcome',
    },
    timeoutSeconds: 29,
  }),
} as const;
