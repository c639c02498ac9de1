import { mintAccessKey, parseAccessKey } from '../../crypto/server/access-key.ts';
import type { SecretStore } from '../../platform/secret-store.ts';
import { ConditionFailed, type Table } from '../../platform/table.ts';
import { addAdministratorKey, findCaller } from '../stores/credentials.ts';

/**
 * Creates the administrator's key of an installation, once: stores the key in `secret`, and its hash in the table.
 * If an earlier attempt stopped half way, completes it with the key that the attempt created.
 *
 * @throws Error if the secret holds something else than the installation's administrator key
 */
export async function ensureAdministratorKey(table: Table, secret: SecretStore, now: Date): Promise<void> {
  const key = parseAccessKey(await secret.readOrCreate(() => mintAccessKey('sradm').text));
  if (key?.prefix !== 'sradm') throw new Error('the secret does not hold an administrator key');
  try {
    await table.transact(addAdministratorKey(key, now));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const caller = await findCaller(table, key);
    if (caller?.kind !== 'administrator') {
      throw new Error('the installation has another administrator key than the secret');
    }
  }
}
