import { limits } from '../../contract/limits.ts';
import type { JobFile, JobResult, RunOutcome } from '../../sandbox-image/protocol/job.ts';

const contentTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  gif: 'image/gif',
  html: 'text/html; charset=utf-8',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webp: 'image/webp',
  xml: 'application/xml; charset=utf-8',
  zip: 'application/zip',
};

/** Returns a result as the API shows it. Output that is not UTF-8 is kept, with invalid bytes shown as U+FFFD. */
export function executionBody<Result extends JobResult | RunOutcome>(outcome: Result) {
  const { stdout, stderr, files: all, ...result } = outcome;
  const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  const large = new Set(largeFiles(outcome));
  const files = all.filter((file) => !large.has(file)).map(fileBody);
  const hrefs = all.flatMap((file, number) =>
    large.has(file)
      ? [{ ...fileInfo(file), href: `/api/v1/executions/${result.executionId}/files/${number}` }]
      : [],
  );
  return { ...result, stdout: decode(stdout), stderr: decode(stderr), files, largeFiles: hrefs };
}

/** Returns the files that do not fit in a response along with the files before them. */
export function largeFiles({ files }: Pick<RunOutcome, 'files'>): readonly JobFile[] {
  let room = limits.resultFiles.bytes;
  return files.filter(({ content }) => {
    if (content.length > room) return true;
    room -= content.length;
    return false;
  });
}

function fileInfo({ path, content }: JobFile) {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return {
    path,
    sizeBytes: content.length,
    contentType: contentTypes[ending] ?? 'application/octet-stream',
  };
}

function fileBody(file: JobFile) {
  return { ...fileInfo(file), contentB64: Buffer.from(file.content).toString('base64') };
}
