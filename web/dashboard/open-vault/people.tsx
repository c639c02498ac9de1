import { entriesOf } from '../../../client/paging.ts';
import { type Profile, publicKeysOf } from '../../../client/vault/own-keys.ts';
import { fingerprintOf } from '../../../client/vault/trust.ts';
import { type Loaded, useClient, useLoad } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { areOthers } from './known-keys.ts';
import { loadCrypto } from './load-crypto.ts';
import { dictionary } from './words.ts';

/** Another user of the org, by the keys that the server gives out as theirs. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  /** What the fingerprint is of. */
  readonly profile: Profile;
};

/** Those to whom something can be sealed, by name. */
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

/** Says where the server names other keys of somebody than before. */
export function OtherKeys({ of: { id, name, fingerprint } }: { readonly of: Person }) {
  const words = useWords(dictionary);
  if (!areOthers(id, fingerprint)) return null;
  return <p class="warning">{fill(words.otherKeys, { name })}</p>;
}

/** 64 digits as people read them out. */
export function Fingerprint({ digits }: { readonly digits: string }) {
  return <code class="fingerprint">{digits.replace(/.{4}(?=.)/g, '$& ')}</code>;
}

/** To be compared over another channel: false keys would read what is sealed to them. */
export function FingerprintOf(person: Person) {
  const words = useWords(dictionary);
  const { name, fingerprint } = person;
  return (
    <div class="field">
      <p class="label">
        {words.fingerprintOf} {name}
      </p>
      <Fingerprint digits={fingerprint} />
      <p class="note">{words.compare}</p>
      <OtherKeys of={person} />
    </div>
  );
}
