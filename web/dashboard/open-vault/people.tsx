import { entriesOf } from '../../../client/paging.ts';
import { type Profile, publicKeysOf } from '../../../client/vault/own-keys.ts';
import { fingerprintOf } from '../../../client/vault/trust.ts';
import { type Loaded, useClient, useLoad } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { hasChanged } from './known-keys.ts';
import { loadCrypto } from './load-crypto.ts';
import { dictionary } from './words.ts';

/** Another user of the org, with the keys that the server claims are theirs. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  /** Has the keys of the fingerprint. */
  readonly profile: Profile;
};

/** Loads the users who have keys, sorted by name. */
export function usePeople(): Loaded<readonly Person[]> {
  const client = useClient();
  const { user } = useSession();
  return useLoad(
    async (signal) => {
      const crypto = await loadCrypto();
      const people: Person[] = [];
      for await (const profile of entriesOf((query) => client.call('users.listOrg', { signal, query }))) {
        const { id, name, publicKeyB64 } = profile;
        if (id === user.id || publicKeyB64 === null) continue;
        people.push({ id, name, fingerprint: fingerprintOf(crypto, publicKeysOf(profile)), profile });
      }
      return people.sort((one, other) => one.name.localeCompare(other.name));
    },
    [client],
  );
}

/** Warns if the server sends other keys for a person than the ones that this browser knows. */
export function ChangedKeysWarning({ of: { id, name, fingerprint } }: { readonly of: Person }) {
  const words = useWords(dictionary);
  if (!hasChanged(id, fingerprint)) return null;
  return <p class="warning">{fill(words.keysChanged, { name })}</p>;
}

/** 64 digits in groups of four, to be read aloud. */
export function Fingerprint({ digits }: { readonly digits: string }) {
  return <code class="fingerprint">{digits.replace(/.{4}(?=.)/g, '$& ')}</code>;
}

/** A fingerprint to compare through another channel. False keys could decrypt what is sealed to them. */
export function FingerprintOf(person: Person) {
  const words = useWords(dictionary);
  const { name, fingerprint } = person;
  return (
    <div class="field">
      <p class="label">{fill(words.fingerprintOf, { name })}</p>
      <Fingerprint digits={fingerprint} />
      <p class="note">{words.compare}</p>
      <ChangedKeysWarning of={person} />
    </div>
  );
}
