import { files } from '../../contract/files.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { addFile, type StoredFile } from '../stores/files.ts';
import { storeObject } from '../stores/vault-objects.ts';
import { fileInfo, sealContent } from '../vault/file-content.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';
import { countWithinPlan, readOwnOrg, requireSize, requireStorage } from '../vault/plan.ts';
import { publicKeysOf } from '../vault/stored-keys.ts';

export const handler = endpoint(files.create, async ({ body }, context) => {
  const { caller, platform, now } = context;
  const { fileName, contentType, contentB64: content } = body;
  const [ring, org] = await Promise.all([readKeyRing(context), readOwnOrg(platform.table, caller)]);
  requireStorage(org);
  requireSize(content.length, org.plan.maxFileSizeBytes, 'a file');
  // Public keys would suffice. The reference API asks for the user secret, and decrypting the private keys with it
  // proves the public ones.
  (await ring.unlock()).wipe();

  const fileId = uuidv7(now.getTime());
  const record = fileContext(caller.orgId, caller.userId, fileId);
  const metadata = { fileName, contentType, sizeBytes: content.length };
  const { envelope: sealedMetadata, cek } = vaultCrypto.sealFileMetadata(record, metadata);
  const sealed = await sealContent(cek, record, content);
  const wrappedCek = vaultCrypto.wrapCek(publicKeysOf(ring.stored), record, cek);
  wipe(cek);
  const { objectId, write } = await storeObject(platform.objects, sealed);
  const file: StoredFile = {
    createdAt: now.toISOString(),
    shareRevision: 0,
    wrappedCek,
    sealedMetadata,
    sealedSize: sealed.length,
    objectId,
  };
  return {
    status: 201,
    body: fileInfo({ fileId, file }, metadata),
    writes: [addFile(caller.userId, fileId, file), countWithinPlan(org, 'files'), write],
    audit: { resource: `files/${fileId}` },
  };
});
