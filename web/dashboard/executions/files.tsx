import { useEffect, useMemo } from 'preact/hooks';
import { fetchLargeFile, type LargeFile, type Result } from '../../../client/executions.ts';
import { useAction, useClient } from '../api.ts';
import { plural, useFormats, useLanguage, useWords } from '../language.tsx';
import { Problem } from '../ui/states.tsx';
import { dictionary } from './words.ts';

/** The files of an execution. Pictures are shown, and every file can be saved. */
export function Files({ execution }: { readonly execution: Result }) {
  const words = useWords(dictionary);
  const language = useLanguage();
  const { bytes } = useFormats();
  const { files, largeFiles, omittedFiles } = execution;
  const links = useMemo(
    () => files.map((file) => ({ ...file, url: urlOf(bytesOf(file.contentB64), file.contentType) })),
    [files],
  );
  useEffect(
    () => () => {
      for (const { url } of links) URL.revokeObjectURL(url);
    },
    [links],
  );
  if (files.length + largeFiles.length + omittedFiles === 0) return null;
  return (
    <>
      <h2>{words.files}</h2>
      <ul class="figures">
        {links.map(({ path, url, contentType, sizeBytes }) => (
          <li key={path}>
            {picture.test(contentType) && <img src={url} alt={path} />}
            <a href={url} download={nameOf(path)}>
              {path}
            </a>{' '}
            <span class="note">{bytes(sizeBytes)}</span>
          </li>
        ))}
        {largeFiles.map((file) => (
          <li key={file.path}>
            <LargeFileLink file={file} execution={execution} />
          </li>
        ))}
      </ul>
      {omittedFiles > 0 && <p class="note">{plural(words, 'omitted', omittedFiles, language)}</p>}
    </>
  );
}

function LargeFileLink({ file, execution }: { readonly file: LargeFile; readonly execution: Result }) {
  const client = useClient();
  const { bytes } = useFormats();
  const action = useAction(async () => {
    const url = urlOf(await fetchLargeFile(client, execution, file), file.contentType);
    const link = Object.assign(document.createElement('a'), { href: url, download: nameOf(file.path) });
    link.click();
    URL.revokeObjectURL(url);
  });
  return (
    <>
      <button type="button" class="link" onClick={() => action.run()}>
        {file.path}
      </button>{' '}
      <span class="note">{bytes(file.sizeBytes)}</span>
      {action.error !== undefined && <Problem error={action.error} />}
    </>
  );
}

const picture = /^image\/(png|jpeg|gif|webp)$/;

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function bytesOf(contentB64: string): Uint8Array {
  return Uint8Array.from(atob(contentB64), (character) => character.charCodeAt(0));
}

/** Returns a blob URL. Pictures keep their type so that they can be shown; other files are binary, so that they never run. */
function urlOf(content: Uint8Array, contentType: string): string {
  const type = picture.test(contentType) ? contentType : 'application/octet-stream';
  return URL.createObjectURL(new Blob([content as Uint8Array<ArrayBuffer>], { type }));
}
