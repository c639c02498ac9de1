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

const builder = resolve(import.meta.dirname, '../../../sandbox-image/builder');

/** Seals the tree in a folder and packs it, as sandbox-image/builder does. */
const seal = `
import sys
sys.path.insert(0, sys.argv[1])
import bundle
bundle_id, lock = bundle.seal(sys.argv[2], [], [])
bundle.pack(sys.argv[2], sys.argv[2] + ".tar.gz")
print(bundle_id)
print(lock, end="")
`;
/** Packs entries that the builder would never pack. */
const packEntries = `
import io, json, sys, tarfile
with tarfile.open(sys.argv[1], "w:gz", format=tarfile.PAX_FORMAT) as archive:
    for name, kind, content in json.loads(sys.argv[2]):
        member = tarfile.TarInfo(name)
        member.type = kind.encode()
        member.size = len(content) if kind == "0" else 0
        member.linkname = "" if kind == "0" else content
        archive.addfile(member, io.BytesIO(content.encode()))
`;

type Bundle = { readonly bundleId: string; readonly lock: string; readonly archive: Buffer };

let folder: string;
let packages: string;
let server: Server;
let sandbox: Supervisor;
/** Responses by path. */
const served = new Map<string, Buffer | string>();
const requests: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync('/tmp/strongroom-test-fetch-');
  chmodSync(folder, 0o755);
  packages = join(folder, 'packages');
  mkdirSync(packages, { mode: 0o755 });
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const body = served.get(request.url ?? '');
    if (body === undefined) response.writeHead(404).end();
    else if (body === 'truncated')
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
  requests.length = 0;
});

function build(files: Record<string, string>): Bundle {
  const tree = join(folder, randomUUID());
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const output = execFileSync('python3', ['-c', seal, builder, tree], { encoding: 'utf8' });
  const [bundleId = '', lock = ''] = output.split('\n');
  return { bundleId, lock, archive: readFileSync(`${tree}.tar.gz`) };
}

function pack(entries: readonly (readonly [name: string, kind: string, content: string])[]): Buffer {
  const path = join(folder, `${randomUUID()}.tar.gz`);
  execFileSync('python3', ['-c', packEntries, path, JSON.stringify(entries)]);
  return readFileSync(path);
}

/** Serves a bundle. Returns the URLs from which the sandbox fetches it. */
function serve({ bundleId, lock, archive }: Bundle): BundleSource {
  served.set(`/${bundleId}.lock.json`, lock);
  served.set(`/${bundleId}.tar.gz`, archive);
  const { port } = server.address() as AddressInfo;
  const at = `http://127.0.0.1:${port}/${bundleId}`;
  return { lockUrl: `${at}.lock.json`, archiveUrl: `${at}.tar.gz` };
}

const unfinished = () => readdirSync(packages).filter((name) => name.startsWith('.'));

describe('the sandbox', () => {
  const long = `${'deep/'.repeat(30)}leaf.py`;

  it('fetches a missing bundle once, verifies it, and keeps it read-only', async () => {
    const bundle = build({
      'own/__init__.py': 'VALUE = "fetched"\n',
      [long]: '',
      'ünï 😀.txt': 'x',
      'ï.txt': '',
    });
    const job = { packages: bundle.bundleId, packagesFrom: serve(bundle) };
    const code = 'import own; print(own.VALUE)';
    const runs = await Promise.all(Array.from({ length: 4 }, () => sandbox.run(code, job)));
    for (const run of runs) expect(run).toMatchObject({ stdout: 'fetched\n', stderr: '' });
    expect(requests).toHaveLength(2);
    const path = join(packages, bundle.bundleId);
    for (const name of ['', 'own']) expect(statSync(join(path, name)).mode & 0o7777).toBe(0o555);
    for (const name of ['own/__init__.py', long])
      expect(statSync(join(path, name)).mode & 0o7777).toBe(0o444);
    // The next job needs neither a request nor a source.
    expect(await sandbox.run(code, { packages: bundle.bundleId })).toMatchObject({ stdout: 'fetched\n' });
    expect(unfinished()).toEqual([]);
  });

  it('hides the source of a bundle from programs', async () => {
    const bundle = build({ 'secretive.py': '' });
    const packagesFrom = serve(bundle);
    const marker = `/marker-${randomUUID()}`;
    served.set(marker, bundle.archive);
    const { port } = server.address() as AddressInfo;
    const code = [
      'import gc, os',
      // Must run before the needle itself is in memory.
      'known = repr([each for each in gc.get_objects() if isinstance(each, (dict, list, tuple))])',
      'needle = "".join(["mar", "ker-"])',
      'print(needle in known, needle in repr(dict(os.environ)))',
    ].join('\n');
    const archiveUrl = `http://127.0.0.1:${port}${marker}`;
    const result = await sandbox.run(code, {
      packages: bundle.bundleId,
      packagesFrom: { ...packagesFrom, archiveUrl },
    });
    expect(requests).toContain(marker);
    expect(result.stdout).toBe('False False\n');
  });

  const file = (name: string, content = 'x') => [name, '0', content] as const;
  it.each<[string, (bundle: Bundle) => Partial<Bundle>]>([
    ['another lock', () => ({ lock: '{}' })],
    ['another archive', () => ({ archive: pack([file('own.py', 'VALUE = "evil"')]) })],
    ['an additional file', () => ({ archive: pack([file('own.py', 'VALUE = 1\n'), file('more.py', '')]) })],
    ['a file that climbs out', () => ({ archive: pack([file('../climbed.py', 'VALUE = 1\n')]) })],
    ['an absolute path', () => ({ archive: pack([file('/tmp/climbed.py', 'VALUE = 1\n')]) })],
    ['a link', () => ({ archive: pack([['own.py', '2', '/etc/passwd']]) })],
    ['a hard link', () => ({ archive: pack([['own.py', '1', '/etc/passwd']]) })],
    ['a device', () => ({ archive: pack([['own.py', '3', '']]) })],
    ['a file twice', () => ({ archive: pack([file('own.py', 'VALUE'), file('own.py', ' = 1\n')]) })],
    ['a truncated archive', ({ archive }) => ({ archive: archive.subarray(0, archive.length / 2) })],
    ['bytes instead of an archive', () => ({ archive: Buffer.from('not an archive') })],
    ['an archive that is too large', () => ({ archive: gzipSync(Buffer.alloc(64 * 1024 * 1024)) })],
  ])('rejects a bundle with %s', async (_, change) => {
    const bundle = build({ 'own.py': `VALUE = 1\n`, [`${randomUUID()}.txt`]: '' });
    const source = serve({ ...bundle, ...change(bundle) });
    const run = sandbox.run('import own', { packages: bundle.bundleId, packagesFrom: source });
    await expect(run).rejects.toThrow('packages could not be fetched');
    await expect(run).rejects.not.toThrow('http');
    expect(readdirSync(packages)).not.toContain(bundle.bundleId);
    expect(unfinished()).toEqual([]);
    expect(readdirSync(folder)).not.toContain('climbed.py');
    // The correct bundle is accepted afterwards.
    const again = { packages: bundle.bundleId, packagesFrom: serve(bundle) };
    expect(await sandbox.run('import own; print(own.VALUE)', again)).toMatchObject({ stdout: '1\n' });
  });

  it('reports a bundle that is missing or whose download breaks off, and keeps running other jobs', async () => {
    const bundle = build({ 'own.py': '', [`${randomUUID()}.txt`]: '' });
    const source = serve(bundle);
    served.set(`/${bundle.bundleId}.tar.gz`, 'truncated');
    const job = { packages: bundle.bundleId, packagesFrom: source };
    await expect(sandbox.run('', job)).rejects.toThrow('packages could not be fetched');
    served.clear();
    await expect(sandbox.run('', job)).rejects.toThrow('packages could not be fetched');
    expect(await sandbox.run('print(1)')).toMatchObject({ stdout: '1\n' });
    expect(unfinished()).toEqual([]);
  });

  it('does not accept a link in place of a bundle', async () => {
    const id = createHash('sha256').update(randomUUID()).digest('hex');
    symlinkSync('/etc', join(packages, id));
    await expect(sandbox.run('', { packages: id })).rejects.toThrow('not in this sandbox');
  });
});
