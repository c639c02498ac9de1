import { limits } from '../../contract/limits.ts';
import { tokens } from '../../contract/tokens.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { expiryOf } from '../pipeline/expiry.ts';
import { addTokenKey } from '../stores/credentials.ts';
import { type ApiToken, addToken, listTokens } from '../stores/tokens.ts';
import { tokenInfo } from './token-info.ts';

function requestedExpiry(requested: string | null | undefined, now: Date): string | null {
  if (requested === null) return null;
  const { max, default: unsaid } = limits.apiTokenSeconds;
  return expiryOf(requested ?? new Date(now.getTime() + unsaid * 1000).toISOString(), now, max);
}

export const handler = endpoint(tokens.create, async ({ body }, { caller, platform, now }) => {
  const expiresAt = requestedExpiry(body.expiresAt, now);
  const { items } = await listTokens(platform.table, caller.userId, { limit: limits.apiTokensPerUser });
  if (items.length >= limits.apiTokensPerUser) throw new ApiError('TOO_MANY_TOKENS');

  const key = mintAccessKey('enigma');
  const token: ApiToken = {
    tokenId: key.keyId,
    name: body.name,
    scopes: [...new Set(body.scopes)],
    createdAt: now.toISOString(),
    expiresAt,
    usedMinute: 0,
  };
  return {
    status: 201,
    body: { success: true, data: { ...tokenInfo(token), token: key.text } },
    writes: [addToken(caller.userId, token), addTokenKey(key, caller, token, now)],
    audit: { resource: `tokens/${token.tokenId}` },
  };
});
