import { sealed } from '../../contract/sealed.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listFiles } from '../stores/files.ts';
import { sealedFileInfo } from '../vault/sealed-file.ts';
import { toB64 } from '../vault/vault.ts';

export const handler = endpoint(sealed.listFiles, async ({ query }, { caller, platform }) => {
  const { files, cursor } = await listFiles(platform.table, caller.userId, query);
  return {
    status: 200,
    body: files.map(({ fileId, file }) => ({
      id: fileId,
      wrappedCekB64: toB64(file.wrappedCek),
      ...sealedFileInfo(file),
      updatedUtc: file.createdAt,
    })),
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'files' },
  };
});
