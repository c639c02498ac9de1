import { z } from 'zod';
import type { KeyTrust } from '../client/vault/index.ts';
import type { Context } from './command.ts';
import { keep, readKept } from './kept.ts';

const file = 'known-keys.json';

/** By URL and user: the fingerprint of their public keys. */
const Known = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Takes a user's public keys when something is first wrapped to them, and no others from then on: public keys never
 * change, so others are not that user's.
 */
export function knownKeys({ url, terminal }: Pick<Context, 'url' | 'terminal'>): KeyTrust {
  return (userId, fingerprint) => {
    const known = readKept(file, Known)?.[url]?.[userId];
    if (known !== undefined) return known === fingerprint;
    keepKeys(url, userId, fingerprint);
    terminal.note(`From now on the keys of ${userId} are ${fingerprint}: compare it with them.`);
    return true;
  };
}

/** For keys that are known to be that user's: the caller's own, made here. */
export function keepKeys(url: string, userId: string, fingerprint: string): void {
  const all = readKept(file, Known) ?? {};
  keep(file, { ...all, [url]: { ...all[url], [userId]: fingerprint } });
}
