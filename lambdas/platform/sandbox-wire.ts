import type { Job, JobFile, JobResult } from './sandboxes.ts';

/**
 * A job and its result as bytes, inside their sealed boxes:
 *
 *     length of the header (4, big-endian) ‖ header (JSON) ‖ blobs, one after another
 *
 * The header holds all text and the size of each blob; a job's blobs are its files, a result's are stdout, stderr
 * and its files. The zygote's child reads the same bytes.
 */
const prefixBytes = 4;

/** Authenticated with every box: it is for this and for nothing else. */
export const runAad: Uint8Array = new TextEncoder().encode('strongroom/sandbox/run/v1');

/** A sealed job may not be larger. */
export const maxSealedJobBytes = 16 * 1024 * 1024;

export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

type FileEntry = { readonly path: string; readonly sizeBytes: number };
type JobHeader = Omit<Job, 'files'> & { readonly files: readonly FileEntry[] };
type ResultHeader = Omit<JobResult, 'files' | 'stdout' | 'stderr'> & {
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly files: readonly FileEntry[];
};

export function encodeJob(job: Job): Uint8Array {
  const header: JobHeader = { ...job, files: job.files.map(entry) };
  return pack(
    header,
    job.files.map((file) => file.content),
  );
}

/** @throws MalformedFrame */
export function decodeJob(frame: Uint8Array): Job {
  const { header, blobs } = unpack<JobHeader>(frame, ({ files }) => files.map((file) => file.sizeBytes));
  return { ...header, files: attach(header.files, blobs) };
}

export function encodeResult(result: JobResult): Uint8Array {
  const { stdout, stderr, files, ...rest } = result;
  const header: ResultHeader = {
    ...rest,
    stdoutBytes: stdout.length,
    stderrBytes: stderr.length,
    files: files.map(entry),
  };
  return pack(header, [stdout, stderr, ...files.map((file) => file.content)]);
}

/** @throws MalformedFrame */
export function decodeResult(frame: Uint8Array): JobResult {
  const { header, blobs } = unpack<ResultHeader>(frame, ({ stdoutBytes, stderrBytes, files }) => [
    stdoutBytes,
    stderrBytes,
    ...files.map((file) => file.sizeBytes),
  ]);
  const { stdoutBytes, stderrBytes, files, ...rest } = header;
  const [stdout = new Uint8Array(), stderr = new Uint8Array(), ...contents] = blobs;
  return { ...rest, stdout, stderr, files: attach(files, contents) };
}

function entry(file: JobFile): FileEntry {
  return { path: file.path, sizeBytes: file.content.length };
}

function attach(entries: readonly FileEntry[], blobs: readonly Uint8Array[]): JobFile[] {
  return entries.map(({ path }, at) => ({ path, content: blobs[at] ?? new Uint8Array() }));
}

function pack(header: object, blobs: readonly Uint8Array[]): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(json.length);
  return Buffer.concat([prefix, json, ...blobs]);
}

function unpack<Header>(
  frame: Uint8Array,
  sizesOf: (header: Header) => number[],
): { readonly header: Header; readonly blobs: readonly Uint8Array[] } {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  try {
    const headerEnd = prefixBytes + bytes.readUInt32BE();
    const header = JSON.parse(bytes.toString('utf8', prefixBytes, headerEnd)) as Header;
    let at = headerEnd;
    const blobs = sizesOf(header).map((size) => {
      if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('size');
      at += size;
      return bytes.subarray(at - size, at);
    });
    if (at !== bytes.length) throw new RangeError('length');
    return { header, blobs };
  } catch {
    // The cause could quote the job.
    throw new MalformedFrame('not a job or result of this version');
  }
}
