import { sealed } from '../contract/sealed.ts';
import { endpoint } from '../shared/endpoint.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { sealedFileInfo } from '../shared/sealed-file.ts';
import { toB64 } from '../shared/vault.ts';
import { listFiles } from '../stores/files.ts';

export const handler = endpoint(sealed.files, async ({ query }, { caller, platform }) => {
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
