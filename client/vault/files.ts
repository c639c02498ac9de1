import { wipe } from '../../crypto/encoding/bytes.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { FileMetadata } from '../../crypto/vault/file-metadata.ts';
import type { CallOptions, ResponseFor } from '../index.ts';
import { entriesOf } from '../paging.ts';
import { bytesOf } from './own-keys.ts';
import { openTerms, tryOpen } from './shares.ts';
import type { Vault } from './vault.ts';

export type ListedFile = FileMetadata & { readonly id: string; readonly updatedUtc: string };

/** Yields the caller's files, oldest first. It skips files whose metadata cannot be decrypted. */
export async function* vaultFiles(
  vault: Vault,
  options: CallOptions = {},
): AsyncGenerator<ListedFile, void, void> {
  for await (const file of entriesOf((query) =>
    vault.client.call('sealed.listFiles', { ...options, query }),
  )) {
    const metadata = tryOpen(() => openMetadata(vault, vault.fileContext(file.id), file));
    if (metadata) yield { id: file.id, updatedUtc: file.updatedUtc, ...metadata };
  }
}

export type ListedUpload = FileMetadata & { readonly id: string; readonly createdUtc: string };

/** Yields the caller's incomplete uploads. `resumeUpload` resumes one by its id. */
export async function* openUploads(
  vault: Vault,
  options: CallOptions = {},
): AsyncGenerator<ListedUpload, void, void> {
  for await (const upload of entriesOf((query) => vault.client.call('uploads.list', { ...options, query }))) {
    const { id, createdUtc } = upload;
    const metadata = tryOpen(() => openMetadata(vault, vault.fileContext(id), upload));
    if (metadata) yield { id, createdUtc, ...metadata };
  }
}

type ReceivedFile = ResponseFor<'sealed.listReceivedFiles'>['body'][number];

export type ListedSharedFile = FileMetadata &
  Pick<ReceivedFile, 'shareId' | 'fileId' | 'ownerUserId' | 'ownerName' | 'expiresUtc'>;

/** Yields the files that others share with the caller. It skips shares that cannot be decrypted. */
export async function* receivedVaultFiles(
  vault: Vault,
  options: CallOptions = {},
): AsyncGenerator<ListedSharedFile, void, void> {
  for await (const share of entriesOf((query) =>
    vault.client.call('sealed.listReceivedFiles', { ...options, query }),
  )) {
    const { shareId, fileId, ownerUserId, ownerName, expiresUtc } = share;
    const metadata = tryOpen(() => {
      const context = vault.fileContext(fileId, ownerUserId);
      openTerms(vault, context, shareId, share.wrappedCekB64, share.sealedTermsB64, share);
      return openMetadata(vault, context, share);
    });
    if (metadata) yield { shareId, fileId, ownerUserId, ownerName, expiresUtc, ...metadata };
  }
}

type Sealed = { readonly wrappedCekB64: string; readonly sealedMetadataB64: string };

function openMetadata(
  vault: Vault,
  context: RecordContext,
  { wrappedCekB64, sealedMetadataB64 }: Sealed,
): FileMetadata {
  const cek = vault.unwrap(context, bytesOf(wrappedCekB64));
  try {
    return vault.crypto.openFileMetadata(cek, context, bytesOf(sealedMetadataB64));
  } finally {
    wipe(cek);
  }
}
