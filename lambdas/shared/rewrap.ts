import type { RecordContext } from '../crypto/context.ts';
import type { Cek } from '../crypto/envelope.ts';
import { Tampered } from '../crypto/errors.ts';
import type { Table, Write } from '../platform/table.ts';
import { getKeys } from '../stores/keys.ts';
import { type Grant, rewrapShare, type Shared } from '../stores/shares.ts';
import { publicKeysOf, vault } from './vault.ts';

/**
 * Wraps the key of a new version to each recipient of a share, so that their shares go on working: one write each,
 * for the transaction that writes the version.
 *
 * @throws Tampered where a recipient's keys are gone or are none: then nobody gets the new version
 */
export async function rewrapForRecipients(
  table: Table,
  orgId: string,
  record: RecordContext,
  cek: Cek,
  { kind }: Shared,
  grants: readonly Grant[],
  updatedAt: string,
): Promise<readonly Write[]> {
  const rewrap = async (grant: Grant): Promise<Write> => {
    const keys = await getKeys(table, orgId, grant.recipientUserId);
    if (!keys) throw new Tampered();
    const wrappedCek = vault.wrapCek(publicKeysOf(keys), record, cek);
    return rewrapShare(kind, grant, { version: record.version, wrappedCek, updatedAt });
  };
  return Promise.all(grants.map(rewrap));
}
