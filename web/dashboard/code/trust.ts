import type { StrongroomClient } from '../../../client/index.ts';
import type { ZkTrust } from '../../../client/zk.ts';

/** Stores the signing keys for sandboxes as this browser first saw them. They are public, so they stay after sign-out. */
const storageKey = 'strongroom.public-keys';

/** Returns the keys that a sandbox's proof is verified with. The first use stores the keys that the server sends. */
export async function trustFor(client: StrongroomClient, userId: string): Promise<ZkTrust> {
  const stored = localStorage.getItem(storageKey);
  if (stored) return { userId, publicKeys: JSON.parse(stored) };
  const { keys } = (await client.call('system.getJwks')).body;
  localStorage.setItem(storageKey, JSON.stringify(keys));
  return { userId, publicKeys: keys };
}

/** Forgets the stored keys, so that the next use trusts the server's current ones. */
export function forgetKeys(): void {
  localStorage.removeItem(storageKey);
}
