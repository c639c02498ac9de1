import { sealed } from '../../contract/sealed.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listFiles } from '../stores/files.ts';
import { sealedFileInfo } from '../vault/sealed-file.ts';

export const handler = endpoint(sealed.listFiles, async ({ query }, { caller, platform }) => {
  const { files, cursor } = await listFiles(platform.table, caller.userId, query);
  return {
    status: 200,
    body: files.map(({ fileId, file }) => ({
      id: fileId,
      wrappedCekB64: toBase64(file.wrappedCek),
      ...sealedFileInfo(file),
      updatedUtc: file.createdAt,
    })),
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'files' },
  };
});
