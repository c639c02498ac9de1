import { type JobFile, type Language, programName } from '../../sandbox-image/protocol/job.ts';
import { invalid } from '../pipeline/api-error.ts';

type Request = {
  readonly language: Language;
  readonly files: readonly { readonly path: string; readonly contentB64: Uint8Array }[];
};

/** @throws ApiError INVALID_REQUEST for a file in the place of the program */
export function programFiles({ language, files }: Request): readonly JobFile[] {
  const taken = files.findIndex(({ path }) => path.split('/')[0] === programName);
  if (language === 'javascript' && taken >= 0) {
    throw invalid(`files.${taken}.path`, `is the place of the program, ${programName}`);
  }
  return files.map(({ path, contentB64 }) => ({ path, content: contentB64 }));
}
