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
/** For the paths, in addition to the contents. */
const maxHeaderBytes = 4 * 1024 * 1024;

/**
 * Reads the files that the collector of a run found in the working directory, without the unchanged files of the job.
 * The collector has no more rights than the run had, so its output is trusted no more than that of a program.
 */
export async function collect(
  socket: Socket,
  jobFiles: readonly JobFile[],
  limits: Pick<Limits, 'resultFiles' | 'resultBytes'>,
): Promise<Collected> {
  const known = jobFiles.map(({ path, content }) => [path, [content.length, sha256(content)]] as const);
  const request = Buffer.from(
    JSON.stringify({
      maxFiles: limits.resultFiles,
      maxBytes: limits.resultBytes,
      known: Object.fromEntries(known),
    }),
  );
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(request.length);
  socket.end(Buffer.concat([prefix, request]));
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
  const isInvalid =
    files.length > limits.resultFiles ||
    at !== frame.length ||
    !Number.isSafeInteger(header.omitted) ||
    filesFault(files.map(({ path }) => path));
  if (isInvalid) throw new Error('the output of the collector is invalid');
  return { files, omittedFiles: header.omitted };
}

async function readAll(socket: Socket, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error('the output of the collector is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
