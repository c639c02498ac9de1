import * as z from 'zod';
import { limits } from './limits.ts';

export const Timestamp = z.iso.datetime({ precision: 3 }).meta({
  id: 'Timestamp',
  description: 'ISO 8601, UTC, with milliseconds',
  example: '2026-03-17T12:34:56.789Z',
});

/** A time as callers may write it: ISO 8601 with an offset or `Z`, with any precision. */
export const Instant = z.iso
  .datetime({ offset: true })
  .meta({ description: 'ISO 8601 with an offset or Z', example: '2026-03-17T12:34:56.789Z' });

export const Email = z
  .email()
  .max(limits.emailCharacters)
  .transform((email) => email.toLowerCase())
  .meta({ example: 'developer@example.com', description: 'Not case-sensitive' });

export const Password = z
  .string()
  .min(limits.passwordCharacters.min)
  .max(limits.passwordCharacters.max)
  .meta({ example: 'secureP@ss123', format: 'password' });

/**
 * A raw byte stream. The schema only documents it and parses nothing: the operation ensures that the stream is what its
 * route declares, and the client reads it as bytes.
 */
export const Binary = z.string().meta({ format: 'binary' }) as unknown as z.ZodType<Uint8Array>;

/** Paging parameters of every list. */
export const PageQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.pageEntries.max)
    .default(limits.pageEntries.default)
    .meta({ description: 'Maximum number of entries on the page' }),
  cursor: z.string().max(2048).optional().meta({ description: 'Cursor from the previous page' }),
});

export const nextCursorHeader = {
  'X-Next-Cursor': 'Opaque cursor of the next page; absent on the last page',
} as const;

export const ErrorBody = z
  .object({
    success: z.literal(false),
    error: z.string().meta({ description: 'One sentence for people' }),
    code: z.string().meta({ description: 'Stable code for programs', example: 'INVALID_REQUEST' }),
    requestId: z.string(),
    details: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({
        description:
          'The fields that are invalid, and what is wrong with each; only if the request itself is invalid',
      }),
  })
  .meta({ id: 'Error' });

/** Returns a schema for text of at most `maxBytes` bytes in UTF-8. */
export function text(maxBytes: number) {
  return z
    .string()
    .refine((value) => value.isWellFormed(), { error: 'must be well-formed Unicode' })
    .refine((value) => Buffer.byteLength(value) <= maxBytes, {
      error: `must have at most ${maxBytes} bytes in UTF-8`,
    })
    .meta({ maxLength: maxBytes, 'x-maxBytes': maxBytes });
}
