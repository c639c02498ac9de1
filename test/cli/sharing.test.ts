import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicKeys } from '../../crypto/vault/key-pairs.ts';
import { TestAppliance } from '../api/appliance.ts';
import { nativeVault } from '../support/vault.ts';
import { Cli } from './program.ts';
import { startProxy } from './proxy.ts';

let appliance: TestAppliance;
let alice: Cli;
let bob: Cli;
let bobsName: string;
let bobsId: string;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  alice = await Cli.withVault(appliance.target.url, 'alice');
  bob = await Cli.withVault(appliance.target.url, 'bob');
  ({ name: bobsName, id: bobsId } = (await bob.json(['status'])).user);
});
afterAll(async () => {
  alice.remove();
  bob.remove();
  await appliance.remove();
});

test('users lists names, IDs and key fingerprints', async () => {
  const list = await alice.json(['users']);
  const bobs = list.find(({ name }: { name: string }) => name === bobsName);
  expect(bobs.id).toBe(bobsId);
  const [x25519, mlKem768] = [bobs.publicKeyB64, bobs.publicKeyKyberB64].map((key) =>
    Buffer.from(key, 'base64'),
  );
  const keyId = nativeVault.keyIdOf({ x25519, mlKem768 } as PublicKeys);
  expect(bobs.fingerprint).toBe(Buffer.from(keyId).toString('hex'));
  expect(new Set(list.map((user: { fingerprint: string }) => user.fingerprint)).size).toBe(list.length);
});

describe('a value', () => {
  const share = (...more: string[]) => alice.run(['share', 'kv', 'app/url', ...alice.userSecret(), ...more]);
  beforeAll(async () => {
    await alice.run(['kv', 'put', 'app/url', '--value-file', '-'], 'https://example.com');
  });

  test('is shared by name, listed, read, and unshared', async () => {
    const shared = await share('--with', bobsName, '--alias', 'the address', '--expires', '2d');
    expect([shared.code, shared.stdout]).toEqual([0, expect.stringContaining(bobsId)]);

    const [received] = await bob.json(['received', ...bob.userSecret()]);
    expect(received).toMatchObject({ kind: 'kv', what: 'the address' });
    const days = (Date.parse(received.expiresUtc) - Date.now()) / 86_400_000;
    expect(days > 1.9 && days <= 2).toBe(true);
    const read = ['received', 'get', 'kv', received.shareId, ...bob.userSecret()];
    expect(await bob.run(read)).toMatchObject({ code: 0, stdout: 'https://example.com' });

    const [grant] = await alice.json(['shares', 'kv', 'app/url']);
    expect(grant).toMatchObject({ recipientUserId: bobsId, recipientName: bobsName });
    expect(grant.firstAccessUtc).not.toBeNull();

    expect((await alice.run(['unshare', 'kv', 'app/url', '--with', bobsName])).code).toBe(0);
    expect((await bob.run(read)).code).toBe(4);
    expect(await alice.json(['shares', 'kv', 'app/url'])).toEqual([]);
  });

  test('is shared by ID, and its recipient can decline it', async () => {
    expect((await share('--with', bobsId)).code).toBe(0);
    const [{ shareId }] = await bob.json(['received', ...bob.userSecret()]);
    expect((await bob.run(['received', 'remove', 'kv', shareId])).code).toBe(0);
    expect((await bob.run(['received', ...bob.userSecret()])).stdout).toBe('');
  });

  test.each([
    ['an unknown name', ['--with', 'unknown-at-all'], 4, 'unknown-at-all'],
    ['an email address, which a member cannot resolve', ['--with', 'bob@example.com'], 4, 'addresses'],
    ['no recipient', [], 2, '--with'],
    ['an invalid duration', ['--with', 'x', '--expires', 'soon'], 2, '--expires'],
  ])('cannot be shared with %s', async (_, more, code, words) => {
    expect(await share(...more)).toMatchObject({ code, stderr: expect.stringContaining(words) });
  });
});

test('nothing is wrapped to keys of a user that differ from the known ones', async () => {
  const carol = await Cli.withVault(appliance.target.url, 'carol');
  const { id: carolsId } = (await carol.json(['status'])).user;
  const carols = (await alice.json(['users'])).find(({ id }: { id: string }) => id === carolsId);
  let isHostile = false;
  const proxy = await startProxy(appliance.target.url, (path, content) => {
    if (!isHostile || path !== `/v1/users/org/${bobsId}`) return content;
    const { publicKeyB64, publicKeyKyberB64 } = carols;
    return Buffer.from(
      JSON.stringify({ ...JSON.parse(content.toString()), publicKeyB64, publicKeyKyberB64 }),
    );
  });
  const env = { STRONGROOM_URL: proxy.url, STRONGROOM_API_KEY: alice.stored().apiKey };
  const share = (key: string) =>
    alice.run(['share', 'kv', key, '--with', bobsId, ...alice.userSecret()], '', env);
  const put = (key: string) => alice.run(['kv', 'put', key, '--value-file', '-'], 'x', env);
  for (const key of ['first', 'second']) expect((await put(key)).code).toBe(0);
  const taken = await share('first');
  expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining(`the keys of ${bobsId}`)]);

  isHostile = true;
  for (const refused of [await share('second'), await put('first')]) {
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('UNTRUSTED_KEYS')]);
  }
  expect(await alice.json(['shares', 'kv', 'second'])).toEqual([]);
  isHostile = false;
  expect(await share('second')).toMatchObject({ code: 0, stderr: '' });
  for (const key of ['first', 'second']) await alice.run(['kv', 'delete', key]);
  proxy.close();
  carol.remove();
});

test('a name that several users have is refused with their IDs', async () => {
  const orgId = await administrator('admin', 'orgs', 'create', 'Twins');
  for (let twin = 0; twin < 2; twin++)
    await administrator('admin', 'users', 'create', 'twin', '--org', orgId);
  const key = await administrator('admin', 'users', 'create', 'third', '--org', orgId);
  const args = ['share', 'kv', 'x', '--with', 'twin', '--api-key-file', alice.file('key', key)];
  const { code, stderr } = await alice.run([...args, ...alice.userSecret()]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/several users.*[0-9a-f]{12}, [0-9a-f]{8}-/)]);
});

async function administrator(...args: string[]): Promise<string> {
  const env = { STRONGROOM_API_KEY: appliance.target.administratorKey };
  const { code, stdout, stderr } = await alice.run(args, '', env);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

test('a file is listed, shared, fetched by its recipient, and unshared', async () => {
  const content = randomBytes(300_000);
  const put = await alice.run(['files', 'put', ...alice.userSecret(), alice.file('photo.raw', content)]);
  const id = put.stdout.trim();
  const list = await alice.run(['files', 'list', ...alice.userSecret()]);
  expect(list.stdout).toMatch(new RegExp(`^ID .*\\n${id} +photo.raw +300000 +application/octet-stream +2`));

  const share = ['share', 'file', id, '--with', bobsName, ...alice.userSecret()];
  expect(await alice.run([...share, '--alias', 'x'])).toMatchObject({ code: 2, stdout: '' });
  expect((await alice.run(share)).code).toBe(0);
  const [{ kind, what, shareId }] = await bob.json(['received', ...bob.userSecret()]);
  expect([kind, what]).toEqual(['file', 'photo.raw']);
  const get = ['received', 'get', 'file', shareId, ...bob.userSecret()];
  expect(await bob.run(get)).toMatchObject({ code: 0, stdout: 'photo.raw\n' });
  expect(readFileSync(join(bob.home, 'photo.raw')).equals(content)).toBe(true);
  expect(await bob.run(get)).toMatchObject({ code: 2, stderr: expect.stringContaining('already exists') });

  expect((await alice.json(['shares', 'file', id])).length).toBe(1);
  expect((await alice.run(['unshare', 'file', id, '--with', bobsId])).code).toBe(0);
  expect((await bob.run([...get, 'again.raw'])).code).toBe(4);
});

test.each([['share'], ['unshare'], ['shares'], ['received get'], ['received remove']])(
  '%s accepts only kv or file',
  async (name) => {
    const { code, stderr } = await alice.run([...name.split(' '), 'message', 'x']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('kv or file')]);
  },
);
