import { createHash, randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import * as z from 'zod';
import { limits } from '../../contract/limits.ts';
import { removeReadOnly } from '../protocol/bundle-folder.ts';
import { type BundleSource, SandboxUnavailable } from '../protocol/job.ts';
import { readTar } from './tar.ts';

/** The sandbox does not have the bundle of packages of the job. */
export class NoSuchPackages extends Error {
  override readonly name = 'NoSuchPackages';
}

/** A lock that exceeds the limits was not made by the builder. */
const { files: maxFiles, unpackedBytes: maxBytes } = limits.packages;
const maxLockBytes = 256 * 1024;
const maxArchiveBytes = 2 * 1024 ** 3;
/** Time limit for the whole fetch. Callers wait a minute longer than the timeout of a job. */
const fetchMs = 50_000;

const Lock = z.object({
  tree: z.object({
    sha256: z.string(),
    files: z.int().min(0).max(maxFiles),
    sizeBytes: z.int().min(0).max(maxBytes),
  }),
});
type Tree = z.output<typeof Lock>['tree'];

/**
 * The bundles of packages in this sandbox, each in its own folder: either provided by the host, or fetched. The id of a
 * bundle is the hash of its lock, and the lock holds the hash of the tree, so the source of the archive need not be
 * trusted.
 */
export class Bundles {
  readonly #folder: string | undefined;
  readonly #fetches = new Map<string, Promise<void>>();

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * Returns the path of a bundle. Fetches it first if it is missing and the job names a source.
   *
   * @throws NoSuchPackages; SandboxUnavailable if it cannot be fetched
   */
  async find(bundleId: string, source: BundleSource | undefined): Promise<string> {
    const path = this.#folder && join(this.#folder, bundleId);
    if (!path) throw new NoSuchPackages('the packages are not in this sandbox');
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
    if (!source) throw new NoSuchPackages('the packages are not in this sandbox');
    let fetching = this.#fetches.get(bundleId);
    if (!fetching) {
      fetching = fetchBundle(path, bundleId, source).finally(() => this.#fetches.delete(bundleId));
      this.#fetches.set(bundleId, fetching);
    }
    await fetching;
    return path;
  }
}

async function fetchBundle(path: string, bundleId: string, source: BundleSource): Promise<void> {
  const work = join(dirname(path), `.fetch-${randomUUID()}`);
  const signal = AbortSignal.timeout(fetchMs);
  try {
    const lock = await readLock(source.lockUrl, bundleId, signal);
    await mkdir(work, { recursive: true, mode: 0o755 });
    await unpack(await download(source.archiveUrl, signal), work, lock.tree);
    // Even its owner could not move a read-only folder.
    await rename(work, path);
    await chmod(path, 0o555);
  } catch (error) {
    // The message may quote a signed URL that is still valid.
    throw new SandboxUnavailable(`the packages could not be fetched (${(error as Error).name})`);
  } finally {
    removeReadOnly(work);
  }
}

async function readLock(url: string, bundleId: string, signal: AbortSignal) {
  const hash = createHash('sha256');
  const parts: Buffer[] = [];
  for await (const part of capped(await download(url, signal), maxLockBytes)) {
    hash.update(part);
    parts.push(part);
  }
  if (hash.digest('hex') !== bundleId) throw new WrongBundle('the hash of the lock is not the bundle id');
  return Lock.parse(JSON.parse(Buffer.concat(parts).toString()));
}

class WrongBundle extends Error {
  override readonly name = 'WrongBundle';
}

async function download(url: string, signal: AbortSignal): Promise<Readable> {
  const { ok, body } = await fetch(url, { signal, redirect: 'error' });
  if (!ok || !body) throw new WrongBundle('the download failed');
  return Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}

async function* capped(source: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const part of source) {
    size += part.length;
    if (size > most) throw new WrongBundle('the download is too large');
    yield part;
  }
}

/** Writes no more than the lock declares, and verifies the tree before any program can import it. */
async function unpack(archive: Readable, folder: string, tree: Tree): Promise<void> {
  const capture = (unzipped: AsyncIterable<Buffer>) => writeTree(unzipped, folder, tree);
  await pipeline(archive, (source) => capped(source, maxArchiveBytes), createGunzip(), capture);
  await closeFolders(folder);
}

/** @throws WrongBundle, BadArchive */
async function writeTree(unzipped: AsyncIterable<Buffer>, folder: string, tree: Tree): Promise<void> {
  const lines: { readonly path: Buffer; readonly line: string }[] = [];
  let left = tree.sizeBytes;
  let entries = 0;
  for await (const entry of readTar(unzipped)) {
    entries += 1;
    // Each folder of a tree contains a file, and no path is deeper than 16 folders.
    if (entries > 16 * (tree.files + 1)) throw new WrongBundle('more entries than the lock allows');
    const path = join(folder, entry.path);
    if (entry.type === 'folder') {
      await mkdir(path, { mode: 0o755 });
      continue;
    }
    left -= entry.sizeBytes;
    if (left < 0 || lines.length >= tree.files) throw new WrongBundle('more files than the lock declares');
    const digest = await write(path, entry.content());
    lines.push({ path: Buffer.from(entry.path), line: `${digest} ${entry.sizeBytes} ${entry.path}\n` });
  }
  // Sort as Python does: by code points, which is the order of the UTF-8 bytes.
  lines.sort((a, b) => Buffer.compare(a.path, b.path));
  const digest = createHash('sha256')
    .update(lines.map(({ line }) => line).join(''))
    .digest('hex');
  if (digest !== tree.sha256) throw new WrongBundle('the tree does not match the lock');
}

/** Fails if the file exists already: no path occurs twice in a tree. */
async function write(path: string, content: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o444);
  try {
    for await (const part of content) {
      hash.update(part);
      await file.writeFile(part);
    }
    // Independent of the umask of this process.
    await file.chmod(0o444);
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function closeFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o555);
  }
}
