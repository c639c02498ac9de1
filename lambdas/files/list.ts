import { files } from '../../contract/files.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { Refused } from '../../crypto/errors.ts';
import { fileContext } from '../../crypto/vault/context.ts';
import type { KeyPairs } from '../../crypto/vault/key-pairs.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { type FileEntry, listFiles } from '../stores/files.ts';
import { decryptMetadata, fileInfo } from '../vault/file-content.ts';
import { readKeyRing } from '../vault/key-ring.ts';
import { vaultCrypto } from '../vault/node-vault-crypto.ts';

export const handler = endpoint(files.list, async ({ query }, context) => {
  const { caller, platform } = context;
  const [ring, page] = await Promise.all([
    readKeyRing(context),
    listFiles(platform.table, caller.userId, query),
  ]);
  const pairs = await ring.unlock();
  const body = page.files.flatMap((entry) => tryDecrypt(pairs, caller, entry) ?? []);
  pairs.wipe();
  return {
    status: 200,
    body,
    headers: nextCursorHeaders(page.cursor),
    audit: { resource: 'files' },
  };
});

/** Returns a file for the list, or `undefined` if it cannot be decrypted. */
function tryDecrypt(
  pairs: KeyPairs,
  { orgId, userId }: { readonly orgId: string; readonly userId: string },
  entry: FileEntry,
) {
  const record = fileContext(orgId, userId, entry.fileId);
  try {
    const cek = vaultCrypto.unwrapCek(pairs, record, entry.file.wrappedCek);
    const metadata = decryptMetadata(cek, record, entry.file);
    wipe(cek);
    return fileInfo(entry, metadata);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
