import type { JobFile, JobResult, RunOutcome } from '../platform/sandboxes.ts';

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

/** A result as the API answers it. Output that is not UTF-8 is kept, its faulty bytes shown as U+FFFD. */
export function executionBody<Result extends JobResult | RunOutcome>(outcome: Result) {
  const { stdout, stderr, files, ...result } = outcome;
  const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  return { ...result, stdout: decode(stdout), stderr: decode(stderr), files: files.map(fileBody) };
}

function fileBody({ path, content }: JobFile) {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return {
    path,
    sizeBytes: content.length,
    contentType: contentTypes[ending] ?? 'application/octet-stream',
    contentB64: Buffer.from(content).toString('base64'),
  };
}
