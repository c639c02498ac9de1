import { Refused } from '../../crypto/errors.ts';
import type { Table } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { getFile, type StoredFile } from '../stores/files.ts';
import { type Grant, getGrant, getReceived, type Received, type Shared } from '../stores/shares.ts';

type ReceivedFile = { readonly received: Received; readonly file: StoredFile };

/** Returns shares with their files. Shares whose file is gone or was tampered with are omitted. */
export async function withFiles(table: Table, shares: readonly Received[]): Promise<readonly ReceivedFile[]> {
  const files = await Promise.all(shares.map((received) => tryGetFile(table, received)));
  return shares.flatMap((received, at) => {
    const file = files[at];
    return file ? [{ received, file }] : [];
  });
}

async function tryGetFile(
  table: Table,
  { ownerUserId, resource }: Received,
): Promise<StoredFile | undefined> {
  try {
    return await getFile(table, ownerUserId, resource);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

type SharedFile = {
  readonly received: Received;
  readonly grant: Grant;
  readonly shared: Shared;
  readonly file: StoredFile;
};

/**
 * Returns a share with its file.
 *
 * @throws ApiError NOT_FOUND if the share does not exist or has expired @throws Tampered
 */
export async function readSharedFile(
  table: Table,
  recipientUserId: string,
  shareId: string,
  now: Date,
): Promise<SharedFile> {
  const received = await getReceived(table, 'file', recipientUserId, shareId, now);
  if (!received) throw new ApiError('NOT_FOUND');
  const { ownerUserId, resource } = received;
  const shared = { kind: 'file', ownerUserId, resource } as const;
  const [file, grant] = await Promise.all([
    getFile(table, ownerUserId, resource),
    getGrant(table, shared, recipientUserId, now),
  ]);
  if (!file || grant?.shareId !== shareId) throw new ApiError('NOT_FOUND');
  return { received, grant, shared, file };
}
