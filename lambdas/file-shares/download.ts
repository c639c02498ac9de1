import { fileShares } from '../../contract/file-shares.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { markAccess } from '../stores/shares.ts';
import { sealedFile } from '../vault/sealed-file.ts';
import { receivedInfo } from '../vault/share-info.ts';
import { readSharedFile } from '../vault/shared-file.ts';

export const handler = endpoint(
  fileShares.download,
  async ({ params: { shareId } }, { caller, platform, now }) => {
    const { received, grant, shared, file } = await readSharedFile(
      platform.table,
      caller.userId,
      shareId,
      now,
    );
    return {
      status: 200,
      body: {
        ...receivedInfo(received),
        fileId: received.resource,
        wrappedCekB64: toBase64(received.wrappedCek),
        sealedTermsB64: toBase64(received.sealedTerms),
        ...(await sealedFile(platform.objects, file, now, received.expiresAt)),
      },
      writes: [markAccess(shared, grant, now)],
      audit: { resource: `files/shared/${shareId}` },
    };
  },
);
