import { type JobFile, type Language, programName } from '../../sandbox-image/protocol/job.ts';
import { invalid } from '../pipeline/api-error.ts';

type Request = {
  readonly language: Language;
  readonly files: readonly { readonly path: string; readonly contentB64: Uint8Array }[];
};

/** @throws ApiError INVALID_REQUEST if a file has the path of the program itself */
export function programFiles({ language, files }: Request): readonly JobFile[] {
  const taken = files.findIndex(({ path }) => path.split('/')[0] === programName);
  if (language === 'javascript' && taken >= 0) {
    throw invalid(`files.${taken}.path`, `is reserved for the program, ${programName}`);
  }
  return files.map(({ path, contentB64 }) => ({ path, content: contentB64 }));
}
