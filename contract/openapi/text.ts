import { limits } from '../limits.ts';
import { tokenScopes } from '../scopes.ts';

const hours = limits.idempotencySeconds / 3600;

/** What holds for every operation, in Markdown. */
export const description = `
Strongroom is a zero-knowledge vault and code sandbox that runs in your own AWS account, or on one machine.
JSON in, JSON out, in UTF-8; timestamps are ISO 8601 in UTC with milliseconds; fields that end in \`B64\` hold
standard base64 with padding. Answers may gain fields; unknown fields of a request are refused. The limits of this
installation are at \`GET /api\`.

## Authentication

Send an API key as \`X-Api-Key: <key>\`, or a JWT or API token as \`Authorization: Bearer <token>\`. Register or
log in to get both. A missing, unknown, expired or revoked credential is answered with 401 and one and the same body.
What belongs to another user or org is answered as if it did not exist.

API tokens are for programs that create messages. They are taken where an operation names their scope as
\`x-token-scope\` and nowhere else; a token without that scope is 403 there. Operations that take a call without
any credential refuse one with a bad credential all the same.

${Object.entries(tokenScopes)
  .map(([scope, meaning]) => `- \`${scope}\`: ${meaning}`)
  .join('\n')}

## Errors

Every error has the shape of the schema \`Error\`. Programs read its \`code\`, which never changes; people read its
sentence, which may. Where the request itself is at fault, \`details\` names the fields. A 5xx says nothing of its
cause: quote the \`requestId\`, which the operator finds in the log. Each operation lists the codes that it
answers; beyond them, a path that is not known is \`NOT_FOUND\`, and a method that a path does not take is
\`METHOD_NOT_ALLOWED\`, with the header \`Allow\`.

## Rate limits

Where an operation is limited, every answer carries \`RateLimit-Limit\`, \`RateLimit-Remaining\` and
\`RateLimit-Reset\`. Over the limit it is 429 with \`Retry-After\`. Calls are counted by credential, or by network
address without one; whatever checks a password is counted much more tightly, by address and by account.

## Idempotency

Operations that take \`Idempotency-Key\` do their work once for a key. The same key with the same body within
${hours} hours is answered as the first time, with \`Idempotency-Replayed: true\`; with another body it is 409. Use a
random UUID for each thing you mean to create, and keep it for retries.

## Paging

Lists take \`limit\` (1 to ${limits.pageEntries.max}, ${limits.pageEntries.default} unless said) and \`cursor\`. The
cursor of the next page is in the header \`X-Next-Cursor\` where the body is an array, else in \`nextCursor\`; there
is none on the last page. Cursors are opaque.
`.trim();
