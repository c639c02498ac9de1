import type { KeyTrust } from '../../../client/vault/trust.ts';

/** Public: fingerprints of others, as this browser first encrypted for them. They stay in it after signing out. */
const storageKey = 'strongroom.fingerprints';

type Known = Readonly<Record<string, string>>;

const known = (): Known => JSON.parse(localStorage.getItem(storageKey) ?? '{}');

/** Nobody's public keys ever change: ones that are not those of before are somebody else's. */
export function areOthers(userId: string, fingerprint: string): boolean {
  return (known()[userId] ?? fingerprint) !== fingerprint;
}

/**
 * Takes the keys whose fingerprints the page has shown, and keeps them; no others from then on.
 *
 * @param shown fingerprints by user
 */
export function trustShown(shown: ReadonlyMap<string, string>): KeyTrust {
  return (userId, fingerprint) => {
    if (shown.get(userId) !== fingerprint || areOthers(userId, fingerprint)) return false;
    localStorage.setItem(storageKey, JSON.stringify({ ...known(), [userId]: fingerprint }));
    return true;
  };
}
