import { allOf } from '../../../client/paging.ts';
import { vaultFiles } from '../../../client/vault/files.ts';
import { useLoad } from '../api.ts';
import { useWords } from '../language.tsx';
import { LockButton, VaultGate } from '../open-vault/gate.tsx';
import { useOpenVault } from '../open-vault/provider.tsx';
import { Heading } from '../ui/heading.tsx';
import { Problem } from '../ui/states.tsx';
import { RowButton } from '../ui/table.tsx';
import { OwnFiles } from './own-files.tsx';
import { ProgressRow } from './progress-row.tsx';
import { ReceivedFiles } from './received-files.tsx';
import { Unfinished, useUnfinished } from './unfinished.tsx';
import { Uploads } from './uploads.tsx';
import { useDownload } from './use-download.ts';
import { dictionary } from './words.ts';

export default function FilesSection() {
  const words = useWords(dictionary);
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        <LockButton />
      </Heading>
      <VaultGate>
        <Files />
      </VaultGate>
    </>
  );
}

function Files() {
  const words = useWords(dictionary);
  const open = useOpenVault();
  const { vault } = open;
  const files = useLoad((signal) => allOf(vaultFiles(vault, { signal })), [vault]);
  const unfinished = useUnfinished(open);
  const download = useDownload();
  const { progress } = download;
  const reload = () => {
    files.reload();
    unfinished.reload();
  };
  return (
    <>
      <Uploads done={reload} />
      <Unfinished loaded={unfinished} />
      {download.error !== undefined && <Problem error={download.error} />}
      {progress && (
        <ul class="rows card" aria-label={words.downloading}>
          <ProgressRow name={progress.fileName} {...progress}>
            <RowButton label={words.cancel} of={progress.fileName} press={download.cancel} />
          </ProgressRow>
        </ul>
      )}
      <OwnFiles loaded={files} download={download.run} />
      <ReceivedFiles download={download.run} />
    </>
  );
}
