import { z } from 'zod';
import type { KeyTrust } from '../client/vault/index.ts';
import type { Context } from './command.ts';
import { readTrusted, writeTrusted } from './trust-store.ts';

const file = 'known-keys.json';

/** Fingerprints of public keys, by server URL and user ID. */
const KnownKeys = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Trusts a user's public keys the first time something is wrapped to them, and rejects any others from then on. Public
 * keys never change, so other keys do not belong to that user.
 */
export function knownKeys({ url, terminal }: Pick<Context, 'url' | 'terminal'>): KeyTrust {
  return (userId, fingerprint) => {
    const known = readTrusted(file, KnownKeys)?.[url]?.[userId];
    if (known !== undefined) return known === fingerprint;
    rememberKeys(url, userId, fingerprint);
    terminal.note(
      `Trusting the keys of ${userId} from now on: ${fingerprint}. Compare the fingerprint with them.`,
    );
    return true;
  };
}

/** Trusts keys that are certainly that user's, such as the caller's own, created here. */
export function rememberKeys(url: string, userId: string, fingerprint: string): void {
  const all = readTrusted(file, KnownKeys) ?? {};
  writeTrusted(file, { ...all, [url]: { ...all[url], [userId]: fingerprint } });
}
