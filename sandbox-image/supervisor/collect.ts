import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { filesFault } from '../../contract/job-paths.ts';
import type { JobFile } from '../protocol/job.ts';
import type { Limits } from './config.ts';

export type Collected = { readonly files: readonly JobFile[]; readonly omittedFiles: number };

type Header = {
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly omitted: number;
};

const prefixBytes = 4;
/** Of the paths, beside the contents. */
const maxHeaderBytes = 4 * 1024 * 1024;

/**
 * What a run's collector found in the working directory, but for the job's own files where they are as they were.
 * The collector has no more rights than the run had, and its word is taken for no more than a program's.
 */
export async function collect(
  socket: Socket,
  given: readonly JobFile[],
  limits: Pick<Limits, 'resultFiles' | 'resultBytes'>,
): Promise<Collected> {
  const known = given.map(({ path, content }) => [path, [content.length, sha256(content)]] as const);
  const wanted = Buffer.from(
    JSON.stringify({
      maxFiles: limits.resultFiles,
      maxBytes: limits.resultBytes,
      known: Object.fromEntries(known),
    }),
  );
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(wanted.length);
  socket.end(Buffer.concat([prefix, wanted]));
  try {
    return unpack(await readAll(socket, prefixBytes + maxHeaderBytes + limits.resultBytes), limits);
  } catch {
    // The cause could quote a path.
    return { files: [], omittedFiles: 1 };
  } finally {
    socket.destroy();
  }
}

function unpack(frame: Buffer, limits: Pick<Limits, 'resultFiles' | 'resultBytes'>): Collected {
  let at = prefixBytes + frame.readUInt32BE();
  const header = JSON.parse(frame.toString('utf8', prefixBytes, at)) as Header;
  const files = header.files.map(({ path, sizeBytes }) => {
    const content = frame.subarray(at, at + sizeBytes);
    at += sizeBytes;
    return { path, content };
  });
  const fault =
    files.length > limits.resultFiles ||
    at !== frame.length ||
    !Number.isSafeInteger(header.omitted) ||
    filesFault(files.map(({ path }) => path));
  if (fault) throw new Error('not what a collector says');
  return { files, omittedFiles: header.omitted };
}

async function readAll(socket: Socket, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error('too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
