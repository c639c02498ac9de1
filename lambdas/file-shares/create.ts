import { fileShares } from '../../contract/file-shares.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { countFileShareAdded, getFile } from '../stores/files.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { readSharing, sealShare } from '../vault/new-share.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { createdInfo } from '../vault/share-info.ts';

export const handler = endpoint(fileShares.create, async ({ params: { id }, body }, context) => {
  const { caller, platform, now } = context;
  const { orgId, userId } = caller;
  const shared = { kind: 'file', ownerUserId: userId, resource: id } as const;
  const [ring, file, sharing] = await Promise.all([
    readKeyRing(context),
    getFile(platform.table, userId, id),
    readSharing(platform.table, caller, shared, body, now),
  ]);
  if (!file) throw new ApiError('NOT_FOUND');
  const pairs = await ring.unlock();
  const record = fileContext(orgId, userId, id);
  try {
    const cek = vaultCrypto.unwrapCek(pairs, record, file.wrappedCek);
    const { grant, writes } = sealShare(shared, record, cek, sharing, body, now);
    return {
      status: 201,
      body: createdInfo(grant),
      writes: [countFileShareAdded(userId, id, file), ...writes],
      audit: { resource: `files/${id}/shares/${grant.recipientUserId}` },
    };
  } finally {
    pairs.wipe();
  }
});
