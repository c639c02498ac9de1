import type { StrongroomClient } from '../../../client/index.ts';
import type { ZkTrust } from '../../../client/zk.ts';

/** Public: the keys that vouch for sandboxes, as they were first seen. They stay in this browser after signing out. */
const storageKey = 'strongroom.public-keys';

/** What proofs of sandboxes are checked against, for this user. */
export async function trustOf(client: StrongroomClient, userId: string): Promise<ZkTrust> {
  const kept = localStorage.getItem(storageKey);
  if (kept) return { userId, publicKeys: JSON.parse(kept) };
  const { keys } = (await client.call('system.getJwks')).body;
  localStorage.setItem(storageKey, JSON.stringify(keys));
  return { userId, publicKeys: keys };
}

/** Those of the next time count then. */
export function forgetKeys(): void {
  localStorage.removeItem(storageKey);
}
