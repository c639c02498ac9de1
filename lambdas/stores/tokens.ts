import type { TokenScope } from '../../contract/scopes.ts';
import type { Table, Write } from '../../platform/table.ts';

/** An API token as its user sees it. Its hash is among the credentials, which only authentication reads. */
export type ApiToken = {
  readonly tokenId: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** Minutes since the epoch; 0 if it was never used. */
  readonly usedMinute: number;
};

/** How long an expired token stays in the list, so that its user finds out why a program stopped. */
const listedAfterExpirySeconds = 30 * 24 * 60 * 60;

const keyOf = (userId: string, tokenId: string) => ({ pk: userId, sk: tokenId });

export async function listTokens(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly ApiToken[]; readonly cursor?: string }> {
  const { items, cursor } = await table.query({ table: 'tokens', pk: userId, ...page });
  return { items: items as unknown as readonly ApiToken[], cursor };
}

export function addToken(userId: string, token: ApiToken): Write {
  const { tokenId, expiresAt } = token;
  const ttl = expiresAt ? Math.floor(Date.parse(expiresAt) / 1000) + listedAfterExpirySeconds : undefined;
  const item = { ...keyOf(userId, tokenId), ...token, ...(ttl !== undefined && { ttl }) };
  return { table: 'tokens', put: item, if: ['absent'] };
}

export function deleteToken(userId: string, tokenId: string): Write {
  return { table: 'tokens', delete: keyOf(userId, tokenId), if: ['present'] };
}

/** Fails if a use in this minute or a later one is already recorded. */
export function markTokenUsed(userId: string, tokenId: string, minute: number): Write {
  return {
    table: 'tokens',
    update: keyOf(userId, tokenId),
    set: { usedMinute: minute },
    if: [{ field: 'usedMinute', lessThan: minute }],
  };
}
