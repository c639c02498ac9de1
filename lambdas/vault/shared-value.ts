import { Tampered } from '../../crypto/errors.ts';
import type { Table } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { getValue, type StoredValue } from '../stores/kv.ts';
import { type Grant, getGrant, getReceived, type Received, type Shared } from '../stores/shares.ts';

const attempts = 3;

type SharedValue = {
  readonly received: Received;
  readonly grant: Grant;
  readonly shared: Shared;
  readonly value: StoredValue;
};

/**
 * Returns a share with its value.
 *
 * @throws ApiError NOT_FOUND if the share does not exist or has expired @throws Tampered
 */
export async function readSharedValue(
  table: Table,
  recipientUserId: string,
  shareId: string,
  now: Date,
): Promise<SharedValue> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const received = await getReceived(table, 'kv', recipientUserId, shareId, now);
    if (!received) throw new ApiError('NOT_FOUND');
    const { ownerUserId, resource } = received;
    const shared = { kind: 'kv', ownerUserId, resource } as const;
    const [value, grant] = await Promise.all([
      getValue(table, ownerUserId, resource),
      getGrant(table, shared, recipientUserId, now),
    ]);
    if (!value || grant?.shareId !== shareId) throw new ApiError('NOT_FOUND');
    // Both change in one transaction but are read in two steps, so a write may have come between.
    if (value.version === received.version) return { received, grant, shared, value };
  }
  throw new Tampered();
}
