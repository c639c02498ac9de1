import { useCallback } from 'preact/hooks';
import { fill, useWords } from '../language.tsx';
import { useOpenVault, useVaultAccess } from '../open-vault/provider.tsx';
import { RowButton } from '../ui/table.tsx';
import { useToast } from '../ui/toast.tsx';
import { chooseFiles, useDrop } from './choose-files.ts';
import { ProgressRow } from './progress-row.tsx';
import { type UploadQueue, useUploadQueue } from './upload-queue.ts';
import { dictionary } from './words.ts';

type UploadsProps = { readonly done: () => void };

/** Accepts files and shows uploads in progress. */
export function Uploads({ done }: UploadsProps) {
  const words = useWords(dictionary);
  const toast = useToast();
  const { touch } = useVaultAccess();
  const queue = useUploadQueue(useOpenVault());
  queue.onUse = touch;
  queue.onStored = ({ name }) => {
    toast(fill(words.stored, { name }));
    done();
  };
  const upload = useCallback(
    (files: readonly File[]) => {
      for (const file of files) queue.add(file);
    },
    [queue],
  );
  const isDraggedOver = useDrop(upload);
  return (
    <>
      <div class={isDraggedOver ? 'empty drop over' : 'empty drop'}>
        <p class="title">{words.drop}</p>
        <p>{words.dropLead}</p>
        <button type="button" class="primary" onClick={async () => upload(await chooseFiles(true))}>
          {words.choose}
        </button>
      </div>
      <Transfers queue={queue} done={done} />
    </>
  );
}

function Transfers({ queue, done }: UploadsProps & { readonly queue: UploadQueue }) {
  const words = useWords(dictionary);
  if (queue.transfers.length === 0) return null;
  return (
    <ul class="rows card" aria-label={words.uploading}>
      {queue.transfers.map((transfer) => {
        const { number, file, error, fileId } = transfer;
        const { name, size } = file;
        return (
          <ProgressRow key={number} name={name} done={transfer.done} total={size} error={error}>
            {error !== undefined && fileId && (
              <RowButton label={words.resume} of={name} press={() => queue.resume(transfer)} />
            )}
            <RowButton label={words.cancel} of={name} press={() => queue.cancel(transfer).finally(done)} />
          </ProgressRow>
        );
      })}
    </ul>
  );
}
