import { allOf } from '../../../client/paging.ts';
import { type ListedUpload, openUploads } from '../../../client/vault/files.ts';
import { type Loaded, useAction, useLoad } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { type OpenVault, useOpenVault } from '../open-vault/provider.tsx';
import { Problem } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { chooseFiles } from './choose-files.ts';
import { abortUpload, useUploadQueue } from './upload-queue.ts';
import { dictionary } from './words.ts';

export function useUnfinished({ vault }: OpenVault): Loaded<readonly ListedUpload[]> {
  return useLoad((signal) => allOf(openUploads(vault, { signal })), [vault]);
}

/** Interrupted uploads, from any computer. Choosing the same file resumes one. */
export function Unfinished({ loaded }: { readonly loaded: Loaded<readonly ListedUpload[]> }) {
  const words = useWords(dictionary);
  const { bytes, moment } = useFormats();
  const open = useOpenVault();
  const queue = useUploadQueue(open);
  const resumption = useAction(async ({ id, fileName, sizeBytes }: ListedUpload) => {
    const [file] = await chooseFiles(false);
    if (!file) return;
    // Otherwise the upload would mix the bytes of two files.
    if (file.name !== fileName || file.size !== sizeBytes)
      throw new Error(fill(words.otherFile, { name: fileName, size: bytes(sizeBytes) }));
    queue.add(file, id);
  });
  const removal = useAction(async ({ id }: ListedUpload) => {
    await abortUpload(open, id);
    loaded.reload();
  });
  const inProgress = new Set(queue.transfers.map(({ fileId }) => fileId));
  const uploads = loaded.data?.filter(({ id }) => !inProgress.has(id)) ?? [];
  const error = loaded.error ?? resumption.error ?? removal.error;
  if (uploads.length === 0 && error === undefined) return null;
  return (
    <section class="part" aria-labelledby="unfinished-title">
      <h2 id="unfinished-title">{words.unfinished}</h2>
      <p>{words.unfinishedLead}</p>
      {error !== undefined && <Problem error={error} />}
      <Table
        rows={uploads}
        keyOf={({ id }) => id}
        columns={[
          { label: words.name, cell: ({ fileName }) => fileName },
          { label: words.size, cell: ({ sizeBytes }) => bytes(sizeBytes) },
          { label: words.started, cell: ({ createdUtc }) => moment(createdUtc) },
        ]}
        actions={(upload) => (
          <>
            <RowButton
              label={words.chooseAndResume}
              of={upload.fileName}
              press={() => resumption.run(upload)}
            />
            <RowButton label={words.discard} of={upload.fileName} press={() => removal.run(upload)} />
          </>
        )}
      />
    </section>
  );
}
