import { sealed } from '../contract/sealed.ts';
import { endpoint } from '../shared/endpoint.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { sealedFileInfo } from '../shared/sealed-file.ts';
import { receivedInfo } from '../shared/share-info.ts';
import { withFiles } from '../shared/shared-file.ts';
import { toB64 } from '../shared/vault.ts';
import { listReceived } from '../stores/shares.ts';

export const handler = endpoint(sealed.receivedFiles, async ({ query }, { caller, platform, now }) => {
  const { items, cursor } = await listReceived(platform.table, 'file', caller.userId, now, query);
  const shares = await withFiles(platform.table, items);
  return {
    status: 200,
    body: shares.map(({ received, file }) => ({
      ...receivedInfo(received),
      fileId: received.resource,
      wrappedCekB64: toB64(received.wrappedCek),
      sealedTermsB64: toB64(received.sealedTerms),
      ...sealedFileInfo(file),
    })),
    headers: nextCursorHeaders(cursor),
    audit: { resource: 'files/shared' },
  };
});
