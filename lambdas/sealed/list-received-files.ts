import { sealed } from '../../contract/sealed.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listReceived } from '../stores/shares.ts';
import { sealedFileInfo } from '../vault/sealed-file.ts';
import { receivedInfo } from '../vault/share-info.ts';
import { withFiles } from '../vault/shared-file.ts';

export const handler = endpoint(sealed.listReceivedFiles, async ({ query }, { caller, platform, now }) => {
  const { items, cursor } = await listReceived(platform.table, 'file', caller.userId, now, query);
  const shares = await withFiles(platform.table, items);
  return {
    status: 200,
    body: shares.map(({ received, file }) => ({
      ...receivedInfo(received),
      fileId: received.resource,
      wrappedCekB64: toBase64(received.wrappedCek),
      sealedTermsB64: toBase64(received.sealedTerms),
      ...sealedFileInfo(file),
    })),
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'files/shared' },
  };
});
