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

/** The job's bundle of packages is not in this sandbox. */
export class NoSuchPackages extends Error {
  override readonly name = 'NoSuchPackages';
}

/** A lock that exceeds the limits was not made by the builder. */
const { files: maxFiles, unpackedBytes: maxBytes } = limits.packages;
const maxLockBytes = 256 * 1024;
const maxArchiveBytes = 2 * 1024 ** 3;
/** For all of it; callers wait a minute beyond a job's own time. */
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
 * The bundles of packages that this sandbox has, in a folder each: put there by somebody else, or fetched. A bundle's id is
 * the hash of its lock, and the lock has the hash of the tree, so it does not matter who made the archive or hands it out.
 */
export class Bundles {
  readonly #folder: string | undefined;
  readonly #fetches = new Map<string, Promise<void>>();

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * Where a bundle is; fetched first where it is not there and the job says from where.
   *
   * @throws NoSuchPackages; SandboxUnavailable where it could not be fetched
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
    // A folder that is not writable keeps even its owner from moving it.
    await rename(work, path);
    await chmod(path, 0o555);
  } catch (error) {
    // What went wrong may quote an address that is good for a while.
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
  if (hash.digest('hex') !== bundleId) throw new WrongBundle('not the lock of this id');
  return Lock.parse(JSON.parse(Buffer.concat(parts).toString()));
}

class WrongBundle extends Error {
  override readonly name = 'WrongBundle';
}

async function download(url: string, signal: AbortSignal): Promise<Readable> {
  const { ok, body } = await fetch(url, { signal, redirect: 'error' });
  if (!ok || !body) throw new WrongBundle('it is not there');
  return Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}

async function* capped(source: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const part of source) {
    size += part.length;
    if (size > most) throw new WrongBundle('it is too large');
    yield part;
  }
}

/** Nothing is written that the lock's tree has no room for; whatever differs from it is found before anybody imports it. */
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
    // Each folder of a tree holds a file, and no path is deeper than so.
    if (entries > 16 * (tree.files + 1)) throw new WrongBundle('more than its lock says');
    const path = join(folder, entry.path);
    if (entry.type === 'folder') {
      await mkdir(path, { mode: 0o755 });
      continue;
    }
    left -= entry.sizeBytes;
    if (left < 0 || lines.length >= tree.files) throw new WrongBundle('more than its lock says');
    const digest = await write(path, entry.content());
    lines.push({ path: Buffer.from(entry.path), line: `${digest} ${entry.sizeBytes} ${entry.path}\n` });
  }
  // As Python sorts them: by code points, which is by bytes.
  lines.sort((a, b) => Buffer.compare(a.path, b.path));
  const digest = createHash('sha256')
    .update(lines.map(({ line }) => line).join(''))
    .digest('hex');
  if (digest !== tree.sha256) throw new WrongBundle('not the tree of its lock');
}

/** A file that is there already is none of the tree's. */
async function write(path: string, content: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o444);
  try {
    for await (const part of content) {
      hash.update(part);
      await file.writeFile(part);
    }
    // Whatever the mask of this process is.
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
