import type { KeyTrust } from '../../../client/vault/trust.ts';

/** Stores the fingerprints of the keys that this browser has encrypted for. They are public, so they stay after sign-out. */
const storageKey = 'strongroom.fingerprints';

type Fingerprints = Readonly<Record<string, string>>;

const knownFingerprints = (): Fingerprints => JSON.parse(localStorage.getItem(storageKey) ?? '{}');

/** Returns whether a fingerprint differs from the known one. Public keys never change, so it is then not the user's. */
export function hasChanged(userId: string, fingerprint: string): boolean {
  return (knownFingerprints()[userId] ?? fingerprint) !== fingerprint;
}

/**
 * Trusts the keys whose fingerprints the page has shown, and stores them: other keys of these users are never trusted.
 *
 * @param shown fingerprints by user id
 */
export function trustShown(shown: ReadonlyMap<string, string>): KeyTrust {
  return (userId, fingerprint) => {
    if (shown.get(userId) !== fingerprint || hasChanged(userId, fingerprint)) return false;
    localStorage.setItem(storageKey, JSON.stringify({ ...knownFingerprints(), [userId]: fingerprint }));
    return true;
  };
}
