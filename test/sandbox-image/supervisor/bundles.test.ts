import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeReadOnly } from '../../../sandbox-image/protocol/bundle-folder.ts';
import type { BundleSource } from '../../../sandbox-image/protocol/job.ts';
import { Supervisor } from './supervisor.ts';

const builder = resolve(import.meta.dirname, '..', '..', 'sandbox-image', 'builder');

/** As sandbox-image/builder does it: seals the tree that is in a folder, and packs it. */
const seal = `
import sys
sys.path.insert(0, sys.argv[1])
import bundle
bundle_id, lock = bundle.seal(sys.argv[2], [], [])
bundle.pack(sys.argv[2], sys.argv[2] + ".tar.gz")
print(bundle_id)
print(lock, end="")
`;
/** Whatever else tar can hold. */
const packAnyhow = `
import io, json, sys, tarfile
with tarfile.open(sys.argv[1], "w:gz", format=tarfile.PAX_FORMAT) as archive:
    for name, kind, content in json.loads(sys.argv[2]):
        member = tarfile.TarInfo(name)
        member.type = kind.encode()
        member.size = len(content) if kind == "0" else 0
        member.linkname = "" if kind == "0" else content
        archive.addfile(member, io.BytesIO(content.encode()))
`;

type Made = { readonly bundleId: string; readonly lock: string; readonly archive: Buffer };

let folder: string;
let packages: string;
let server: Server;
let sandbox: Supervisor;
/** What is served under which path. */
const served = new Map<string, Buffer | string>();
const asked: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync('/tmp/strongroom-test-fetch-');
  chmodSync(folder, 0o755);
  packages = join(folder, 'packages');
  mkdirSync(packages, { mode: 0o755 });
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = served.get(request.url ?? '');
    if (body === undefined) response.writeHead(404).end();
    else if (body === 'cut off')
      response.writeHead(200, { 'content-length': 1000 }).write('x', () => response.destroy());
    else response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_PACKAGES: packages });
});
afterAll(async () => {
  await sandbox?.stop();
  server?.close();
  if (folder) removeReadOnly(folder);
});
beforeEach(() => {
  served.clear();
  asked.length = 0;
});

function make(files: Record<string, string>): Made {
  const tree = join(folder, randomUUID());
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const told = execFileSync('python3', ['-c', seal, builder, tree], { encoding: 'utf8' });
  const [bundleId = '', lock = ''] = told.split('\n');
  return { bundleId, lock, archive: readFileSync(`${tree}.tar.gz`) };
}

function anyhow(entries: readonly (readonly [name: string, kind: string, content: string])[]): Buffer {
  const path = join(folder, `${randomUUID()}.tar.gz`);
  execFileSync('python3', ['-c', packAnyhow, path, JSON.stringify(entries)]);
  return readFileSync(path);
}

/** Where the sandbox is told to look; what is served there is what it gets. */
function serve({ bundleId, lock, archive }: Made): BundleSource {
  served.set(`/${bundleId}.lock.json`, lock);
  served.set(`/${bundleId}.tar.gz`, archive);
  const { port } = server.address() as AddressInfo;
  const at = `http://127.0.0.1:${port}/${bundleId}`;
  return { lockUrl: `${at}.lock.json`, archiveUrl: `${at}.tar.gz` };
}

const left = () => readdirSync(packages).filter((name) => name.startsWith('.'));

describe('a bundle that the sandbox does not have', () => {
  const long = `${'deep/'.repeat(30)}leaf.py`;

  it('is fetched once, held to its lock, read-only, and kept', async () => {
    const made = make({
      'own/__init__.py': 'VALUE = "fetched"\n',
      [long]: '',
      'ünï 😀.txt': 'x',
      'ï.txt': '',
    });
    const job = { packages: made.bundleId, packagesFrom: serve(made) };
    const code = 'import own; print(own.VALUE)';
    const runs = await Promise.all(Array.from({ length: 4 }, () => sandbox.run(code, job)));
    for (const run of runs) expect(run).toMatchObject({ stdout: 'fetched\n', stderr: '' });
    expect(asked).toHaveLength(2);
    const path = join(packages, made.bundleId);
    for (const name of ['', 'own']) expect(statSync(join(path, name)).mode & 0o7777).toBe(0o555);
    for (const name of ['own/__init__.py', long])
      expect(statSync(join(path, name)).mode & 0o7777).toBe(0o444);
    // Nobody needs to be asked again, and nothing needs to be told.
    expect(await sandbox.run(code, { packages: made.bundleId })).toMatchObject({ stdout: 'fetched\n' });
    expect(left()).toEqual([]);
  });

  it('is nothing that a program learns the source of', async () => {
    const made = make({ 'secretive.py': '' });
    const packagesFrom = serve(made);
    const marker = `/marker-${randomUUID()}`;
    served.set(marker, made.archive);
    const { port } = server.address() as AddressInfo;
    const code = [
      'import gc, os',
      // Before the text that is looked for is in memory itself.
      'known = repr([each for each in gc.get_objects() if isinstance(each, (dict, list, tuple))])',
      'needle = "".join(["mar", "ker-"])',
      'print(needle in known, needle in repr(dict(os.environ)))',
    ].join('\n');
    const archiveUrl = `http://127.0.0.1:${port}${marker}`;
    const result = await sandbox.run(code, {
      packages: made.bundleId,
      packagesFrom: { ...packagesFrom, archiveUrl },
    });
    expect(asked).toContain(marker);
    expect(result.stdout).toBe('False False\n');
  });

  const file = (name: string, content = 'x') => [name, '0', content] as const;
  it.each<[string, (made: Made) => Partial<Made>]>([
    ['whose lock is another', () => ({ lock: '{}' })],
    ['whose archive is another', () => ({ archive: anyhow([file('own.py', 'VALUE = "evil"')]) })],
    ['with a file more', () => ({ archive: anyhow([file('own.py', 'VALUE = 1\n'), file('more.py', '')]) })],
    ['with a file that climbs out', () => ({ archive: anyhow([file('../climbed.py', 'VALUE = 1\n')]) })],
    ['with an absolute path', () => ({ archive: anyhow([file('/tmp/climbed.py', 'VALUE = 1\n')]) })],
    ['with a link', () => ({ archive: anyhow([['own.py', '2', '/etc/passwd']]) })],
    ['with a hard link', () => ({ archive: anyhow([['own.py', '1', '/etc/passwd']]) })],
    ['with a device', () => ({ archive: anyhow([['own.py', '3', '']]) })],
    ['with a file twice', () => ({ archive: anyhow([file('own.py', 'VALUE'), file('own.py', ' = 1\n')]) })],
    ['that is cut off', ({ archive }) => ({ archive: archive.subarray(0, archive.length / 2) })],
    ['that is no archive', () => ({ archive: Buffer.from('no archive') })],
    ['that unzips to more than it should', () => ({ archive: gzipSync(Buffer.alloc(64 * 1024 * 1024)) })],
  ])('%s is not taken', async (_, change) => {
    const made = make({ 'own.py': `VALUE = 1\n`, [`${randomUUID()}.txt`]: '' });
    const source = serve({ ...made, ...change(made) });
    const run = sandbox.run('import own', { packages: made.bundleId, packagesFrom: source });
    await expect(run).rejects.toThrow('packages could not be fetched');
    await expect(run).rejects.not.toThrow('http');
    expect(readdirSync(packages)).not.toContain(made.bundleId);
    expect(left()).toEqual([]);
    expect(readdirSync(folder)).not.toContain('climbed.py');
    // Once the right one is there, it is.
    const again = { packages: made.bundleId, packagesFrom: serve(made) };
    expect(await sandbox.run('import own; print(own.VALUE)', again)).toMatchObject({ stdout: '1\n' });
  });

  it('that is not there, or breaks off on its way, is a failure that says so, and hurts no other run', async () => {
    const made = make({ 'own.py': '', [`${randomUUID()}.txt`]: '' });
    const source = serve(made);
    served.set(`/${made.bundleId}.tar.gz`, 'cut off');
    const job = { packages: made.bundleId, packagesFrom: source };
    await expect(sandbox.run('', job)).rejects.toThrow('packages could not be fetched');
    served.clear();
    await expect(sandbox.run('', job)).rejects.toThrow('packages could not be fetched');
    expect(await sandbox.run('print(1)')).toMatchObject({ stdout: '1\n' });
    expect(left()).toEqual([]);
  });

  it('is looked for under its own name, and a link in its place is none', async () => {
    const id = createHash('sha256').update(randomUUID()).digest('hex');
    symlinkSync('/etc', join(packages, id));
    await expect(sandbox.run('', { packages: id })).rejects.toThrow('not in this sandbox');
  });
});
