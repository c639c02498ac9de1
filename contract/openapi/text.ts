import { limits } from '../limits.ts';
import { tokenScopes } from '../scopes.ts';

const hours = limits.idempotencySeconds / 3600;

/** The introduction of the API documentation, in Markdown. */
export const description = `
Strongroom is a zero-knowledge vault and code sandbox that runs in your own AWS account, or on one machine.
Requests and responses are JSON in UTF-8. Timestamps are ISO 8601 in UTC with milliseconds. Fields whose names end in
\`B64\` contain standard base64 with padding. Responses may gain fields; requests with unknown fields are refused.
\`GET /api\` returns the limits of this installation.

## Authentication

Send an API key as \`X-Api-Key: <key>\`, or a JWT or API token as \`Authorization: Bearer <token>\`. Register or
log in to get an API key and a JWT. A missing, unknown, expired or revoked credential returns 401, always with the same
body. A record of another user or organization returns the same response as a record that does not exist.

API tokens are for programs that create messages. Only operations with \`x-token-scope\` accept them; a token without
that scope gets 403 there. Operations that accept requests without a credential still refuse an invalid one.

${Object.entries(tokenScopes)
  .map(([scope, meaning]) => `- \`${scope}\`: ${meaning}`)
  .join('\n')}

## Errors

Every error has the schema \`Error\`. Use \`code\` in programs: it never changes. Show \`error\` to people: its wording
may change. If the request itself is invalid, \`details\` names the fields. A 5xx does not reveal its cause: give the
\`requestId\` to the operator, who can find it in the log. Each operation lists its error codes. In addition, an
unknown path returns \`NOT_FOUND\`, and an unsupported method returns \`METHOD_NOT_ALLOWED\` with the header
\`Allow\`.

## Rate limits

Every response of a rate-limited operation has the headers \`RateLimit-Limit\`, \`RateLimit-Remaining\` and
\`RateLimit-Reset\`. Above the limit the response is 429 with \`Retry-After\`. Requests are counted per credential, or
per network address without one. Operations that check a password have a much lower limit, per address and per account.

## Idempotency

Operations that accept \`Idempotency-Key\` run once per key. A request with the same key and the same body within
${hours} hours gets the first response again, with \`Idempotency-Replayed: true\`; with another body it gets 409. Use a
new random UUID for each record that you create, and send the same UUID when you retry.

## Paging

Lists accept \`limit\` (1 to ${limits.pageEntries.max}, default ${limits.pageEntries.default}) and \`cursor\`. The
cursor of the next page is in the header \`X-Next-Cursor\` if the body is an array, otherwise in \`nextCursor\`; the last
page has none. Cursors are opaque.
`.trim();
