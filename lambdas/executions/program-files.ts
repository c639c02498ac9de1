import { type Language, languages, programFileIndex } from '../../contract/languages.ts';
import type { JobFile } from '../../sandbox-image/protocol/job.ts';
import { invalid } from '../pipeline/api-error.ts';

type Request = {
  readonly language: Language;
  readonly files: readonly { readonly path: string; readonly contentB64: Uint8Array }[];
};

/** @throws ApiError INVALID_REQUEST if a file has the path of the program itself */
export function programFiles({ language, files }: Request): readonly JobFile[] {
  const taken = programFileIndex(language, files);
  if (taken >= 0) {
    throw invalid(`files.${taken}.path`, `is reserved for the program, ${languages[language].programFile}`);
  }
  return files.map(({ path, contentB64 }) => ({ path, content: contentB64 }));
}
