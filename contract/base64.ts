import * as z from 'zod';

const example = 'c3Ryb25ncm9vbQ==';

/** Standard base64 with padding, passed on as text: for responses, which the server encodes itself. */
export const Base64Text = z.string().meta({ format: 'base64', contentEncoding: 'base64', example });

/**
 * Returns a schema that decodes standard base64 to bytes. It accepts only the canonical form, with padding and without
 * white space (RFC 4648 sections 3.5 and 4).
 */
export function base64Bytes(maxBytes = Number.POSITIVE_INFINITY) {
  return z
    .string()
    .transform((text, context): Uint8Array => {
      const bytes = Buffer.from(text, 'base64');
      if (!isCanonical(text, bytes)) {
        context.addIssue({
          code: 'custom',
          message: 'must be standard base64 with padding and without white space',
        });
      } else if (bytes.length > maxBytes) {
        context.addIssue({ code: 'custom', message: `must have at most ${maxBytes} bytes` });
      }
      return bytes;
    })
    .meta({
      format: 'base64',
      contentEncoding: 'base64',
      ...(maxBytes < Number.POSITIVE_INFINITY && { maxLength: Math.ceil(maxBytes / 3) * 4 }),
      example,
    });
}

/** Returns a schema for canonical base64 of `min` to `max` bytes, passed on as text. */
export function base64TextOf(min: number, max = min) {
  const error = `must be base64 of ${min === max ? `${min} bytes` : `${min} to ${max} bytes`}`;
  return z
    .string()
    .max(4 * Math.ceil(max / 3), { error })
    .refine(
      (text) => {
        const bytes = Buffer.from(text, 'base64');
        return bytes.length >= min && bytes.length <= max && isCanonical(text, bytes);
      },
      { error },
    )
    .meta({ format: 'base64', example: Buffer.alloc(min).toString('base64') });
}

/** Node's decoder skips invalid characters, so the text is canonical only if re-encoding restores it. */
function isCanonical(text: string, bytes: Buffer): boolean {
  return bytes.toString('base64') === text;
}
