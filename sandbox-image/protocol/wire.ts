import type { Job, JobFile, JobResult, OutputChunk, RunOutcome } from './job.ts';

/**
 * The encoding of a job and of a result inside their sealed boxes:
 *
 *     length of the header (4, big-endian) ‖ header (JSON) ‖ blobs, one after another
 *
 * The header holds all text and the size of each blob. The blobs of a job are its files; those of a result are stdout,
 * stderr and its files. The child of the zygote reads the same encoding.
 *
 * A sandbox responds with sealed replies, each preceded by its length (4, big-endian). The last reply is the result.
 * Those before it are output of the running program: stream (1: 0 stdout, 1 stderr) ‖ bytes.
 */
const prefixBytes = 4;

/** Authenticated with every box, so that a box is valid for no other purpose. */
export const runAad: Uint8Array = new TextEncoder().encode('strongroom/sandbox/run/v1');

/** Maximum size of a sealed job. */
export const maxSealedJobBytes = 16 * 1024 * 1024;

export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

type FileEntry = { readonly path: string; readonly sizeBytes: number };
type JobHeader = Omit<Job, 'files'> & { readonly files: readonly FileEntry[] };
type ResultHeader = Omit<RunOutcome, 'files' | 'stdout' | 'stderr'> & {
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

export function encodeResult(result: RunOutcome): Uint8Array {
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
  return decodeOutcome(frame) as JobResult;
}

/** @throws MalformedFrame */
export function decodeOutcome(frame: Uint8Array): RunOutcome {
  const { header, blobs } = unpack<ResultHeader>(frame, ({ stdoutBytes, stderrBytes, files }) => [
    stdoutBytes,
    stderrBytes,
    ...files.map((file) => file.sizeBytes),
  ]);
  const { stdoutBytes, stderrBytes, files, ...rest } = header;
  const [stdout = new Uint8Array(), stderr = new Uint8Array(), ...contents] = blobs;
  return { ...rest, stdout, stderr, files: attach(files, contents) };
}

const streams = ['stdout', 'stderr'] as const;

export function encodeOutput({ stream, bytes }: OutputChunk): Uint8Array {
  return Buffer.concat([Buffer.of(streams.indexOf(stream)), bytes]);
}

/** @throws MalformedFrame */
export function decodeOutput(frame: Uint8Array): OutputChunk {
  const stream = streams[frame[0] ?? streams.length];
  if (!stream) throw new MalformedFrame('the frame is not output in this version of the encoding');
  return { stream, bytes: frame.subarray(1) };
}

/** Returns a sealed reply with its length in front. */
export function frameReply(reply: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(reply.length);
  return Buffer.concat([prefix, reply]);
}

/** Extracts sealed replies from a stream, however it is split into chunks. */
export class ReplyReader {
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** Size of the next reply with its length, or of the length alone while it is unknown. */
  #wanted = prefixBytes;

  take(chunk: Uint8Array): Uint8Array[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const replies: Uint8Array[] = [];
    while (this.#size >= this.#wanted) {
      const received = Buffer.concat(this.#chunks);
      const end = prefixBytes + received.readUInt32BE();
      const whole = received.length >= end;
      if (whole) replies.push(received.subarray(prefixBytes, end));
      this.#chunks = [whole ? received.subarray(end) : received];
      this.#size = whole ? received.length - end : received.length;
      this.#wanted = whole ? prefixBytes : end;
    }
    return replies;
  }
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
    throw new MalformedFrame('the frame is not a job or result in this version of the encoding');
  }
}
