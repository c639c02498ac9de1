import { mintAccessKey, parseAccessKey } from '../../crypto/server/access-key.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';
import { addAdministratorKey, findCaller } from '../stores/credentials.ts';

/** Where an operator finds the key. */
export type KeyStore = {
  /** What is in it; what `make` gives where nothing was. All callers at once get the same. */
  readOrMake(make: () => string): Promise<string>;
};

/**
 * Gives an installation its administrator's key, once: the key to `store`, its hash to the table. Whatever an
 * earlier attempt left half done is finished with the key that it made.
 *
 * @throws Error where the store holds no key, or one that is not the installation's
 */
export async function ensureAdministratorKey(table: Table, store: KeyStore, now: Date): Promise<void> {
  const key = parseAccessKey(await store.readOrMake(() => mintAccessKey('sradm').text));
  if (key?.prefix !== 'sradm') throw new Error('the secret holds something else than an administrator key');
  try {
    await table.transact(addAdministratorKey(key, now));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const caller = await findCaller(table, key);
    if (caller?.kind !== 'administrator') {
      throw new Error(
        'the installation has an administrator key already, and it is not the one in the secret',
      );
    }
  }
}
