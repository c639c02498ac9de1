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
    const all = readKept(file, Known) ?? {};
    const here = all[url] ?? {};
    const known = here[userId];
    if (known !== undefined) return known === fingerprint;
    keep(file, { ...all, [url]: { ...here, [userId]: fingerprint } });
    terminal.note(`From now on the keys of ${userId} are ${fingerprint}: compare it with them.`);
    return true;
  };
}
