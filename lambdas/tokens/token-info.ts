import type { ApiToken } from '../stores/tokens.ts';

/** Returns an API token as its user sees it. */
export function tokenInfo({ usedMinute, ...token }: ApiToken) {
  const lastUsedAt = usedMinute === 0 ? null : new Date(usedMinute * 60_000).toISOString();
  return { ...token, lastUsedAt };
}
