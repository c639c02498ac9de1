import { fileShares } from '../../contract/file-shares.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { Refused } from '../../crypto/errors.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import type { StoredFile } from '../stores/files.ts';
import { listReceived, type Received } from '../stores/shares.ts';
import { decryptMetadata } from '../vault/file-content.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { tryDecryptShare } from '../vault/received-share.ts';
import { receivedInfo } from '../vault/share-info.ts';
import { withFiles } from '../vault/shared-file.ts';

export const handler = endpoint(fileShares.listReceived, async ({ query }, context) => {
  const { caller, platform, now } = context;
  const [ring, { items, cursor }] = await Promise.all([
    readKeyRing(context),
    listReceived(platform.table, 'file', caller.userId, now, query),
  ]);
  const shared = await withFiles(platform.table, items);
  const pairs = await ring.unlock();
  const body = shared.flatMap((share) => tryDecrypt(pairs, caller.orgId, share) ?? []);
  pairs.wipe();
  return {
    status: 200,
    body,
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'files/shared' },
  };
});

type SharedFile = { readonly received: Received; readonly file: StoredFile };

/** Returns a share for the list, or `undefined` if it cannot be decrypted. */
function tryDecrypt(pairs: KeyPairs, org: string, { received, file }: SharedFile) {
  const { shareId, ownerUserId, resource: fileId } = received;
  const contextAt = (version?: number) => fileContext(org, ownerUserId, fileId, version);
  const opened = tryDecryptShare(pairs, received, contextAt);
  if (!opened) return undefined;
  try {
    const { fileName, contentType, sizeBytes } = decryptMetadata(opened.cek, contextAt(), file);
    const { ownerName, updatedUtc, expiresUtc } = receivedInfo(received);
    return {
      shareId,
      fileId,
      ownerUserId,
      ownerName,
      fileName,
      contentType,
      sizeBytes,
      updatedUtc,
      expiresUtc,
    };
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  } finally {
    wipe(opened.cek);
  }
}
