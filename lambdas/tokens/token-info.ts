import type { ApiToken } from '../stores/tokens.ts';

/** What a user may see of an API token. */
export function tokenInfo({ usedMinute, ...token }: ApiToken) {
  const lastUsedAt = usedMinute === 0 ? null : new Date(usedMinute * 60_000).toISOString();
  return { ...token, lastUsedAt };
}
