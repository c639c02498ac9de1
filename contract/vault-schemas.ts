import * as z from 'zod';
import { Base64Text } from './base64.ts';
import { limits } from './limits.ts';
import { Timestamp } from './schemas.ts';

/** Header of a request that decrypts private keys. */
export const userSecretHeader = {
  'X-User-Secret':
    'The user secret that encrypts the private keys. It is neither stored nor logged. Send characters outside ASCII ' +
    'as UTF-8.',
} as const;

/** Errors of a request that decrypts private keys. */
export const userSecretErrors = ['USER_SECRET_REQUIRED', 'WRONG_USER_SECRET', 'TAMPERED'] as const;

/** Deriving a KEK takes CPU: Argon2id with 64 MiB. */
export const derivesKek = { memoryMiB: 1769 } as const;

/** Id of a user, an org or a share. An unknown id is a 404, whatever its form. */
export const Id = z.string().max(64).meta({ example: '7b1f3a52-4f0e-4c7e-9d5b-0f6a2c1d8e34' });

/** RFC 9562, in the one canonical form of an id. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Id that the client generates, and that the sealed data is bound to. */
export const NewId = z.string().regex(uuid, { error: 'must be a UUID in lower case' }).meta({
  format: 'uuid',
  example: '01890a5d-ac96-774b-bcce-b302099a8057',
});

const control = /\p{Cc}/u;
const reserved = /^shared$|^shared\/|\/shares$|\/shares\//;

export const KeyName = z
  .string()
  .refine((name) => name.isWellFormed(), { error: 'must be well-formed Unicode' })
  .refine((name) => name !== '' && Buffer.byteLength(name) <= limits.kvKeyBytes, {
    error: `must have 1 to ${limits.kvKeyBytes} bytes in UTF-8`,
  })
  .refine((name) => !control.test(name), { error: 'must not contain control characters' })
  .refine((name) => !reserved.test(name), {
    error: 'is reserved: it must not be "shared", start with "shared/", or contain "/shares" as a segment',
  })
  .meta({
    description: 'Encode the name as one path segment: send `app/config/url` as `app%2Fconfig%2Furl`',
    example: 'database-password',
  });

export const PublicKeyB64 = Base64Text.meta({ description: 'X25519, 32 bytes' });
export const PublicKeyKyberB64 = Base64Text.meta({ description: 'ML-KEM-768 (FIPS 203), 1,184 bytes' });

const permission = z.literal('read');

/** Fields of a request that shares a value or a file. */
export const shareTerms = {
  recipientUserId: z.guid(),
  permission: permission.meta({ description: 'The only permission' }),
  expiresUtc: z.iso
    .datetime({ offset: true })
    .nullish()
    .meta({ description: 'When the share expires, in the future; null or absent if never', example: null }),
} as const;

/** A new share of a value or a file. */
export const ShareCreated = z
  .object({
    shareId: z.uuid(),
    recipientUserId: z.guid(),
    permission,
    createdUtc: Timestamp,
    expiresUtc: Timestamp.nullable(),
  })
  .meta({ id: 'ShareCreated' });

/** A share as its owner sees it. */
export const ShareGrant = z
  .object({
    ...ShareCreated.shape,
    recipientName: z.string().meta({ example: 'alice' }),
    updatedUtc: Timestamp,
    firstAccessUtc: Timestamp.nullable(),
    lastAccessUtc: Timestamp.nullable(),
  })
  .meta({ id: 'ShareGrant' });

/** A share of a value or a file as its recipient sees it. */
export const receivedShare = {
  shareId: z.uuid(),
  ownerUserId: z.guid(),
  ownerName: z.string().meta({ example: 'owner' }),
  permission,
  updatedUtc: Timestamp,
  expiresUtc: Timestamp.nullable(),
} as const;

export const ShareRevoked = z
  .object({ revoked: z.literal(true), shareId: z.uuid(), revokedUtc: Timestamp })
  .meta({ id: 'ShareRevoked' });

export const ShareRemoved = z
  .object({ removed: z.literal(true), shareId: z.uuid(), revokedUtc: Timestamp })
  .meta({ id: 'ShareRemoved' });
