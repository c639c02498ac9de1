import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from './program.ts';

type Person = { readonly cli: Cli; readonly name: string; readonly id: string };

let appliance: TestAppliance;
let people: readonly Person[];
const [alice, bob, carol, dave] = [0, 1, 2, 3].map((at) => () => people[at] as Person) as [
  () => Person,
  () => Person,
  () => Person,
  () => Person,
];

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const created: Person[] = [];
  for (const name of ['alice', 'bob', 'carol', 'dave']) {
    const cli = await Cli.withVault(appliance.target.url, name);
    created.push({ cli, ...(await cli.json(['status'])).user });
  }
  people = created;
});
afterAll(async () => {
  for (const { cli } of people) cli.remove();
  await appliance.remove();
});

const appoint = (...more: string[]) =>
  alice().cli.run(['recover', 'appoint', ...alice().cli.userSecret(), ...more]);

/** Releases a trustee's share to Bob and returns the name of his file with it. */
async function released({ cli }: Person): Promise<string> {
  const released = await cli.run(['recover', 'release', alice().id, '--to', bob().name, ...cli.userSecret()]);
  expect(released).toMatchObject({ code: 0, stderr: expect.stringContaining(bob().name) });
  return bob().cli.file(`share-${randomUUID()}`, released.stdout);
}

const restore = (...shares: string[]) =>
  bob().cli.run(['recover', 'restore', alice().name, ...bob().cli.userSecret(), ...shares]);

describe('two of three trustees', () => {
  beforeAll(async () => {
    const names = [bob().name, carol().name, dave().name];
    expect(await appoint(...names)).toMatchObject({ code: 0, stdout: expect.stringContaining('2 of 3') });
  });

  test('are listed for the owner and for each trustee', async () => {
    const trustees = await alice().cli.json(['recover', 'trustees']);
    const names = trustees.map(({ trusteeName }: { trusteeName: string }) => trusteeName);
    expect(names.sort()).toEqual([bob().name, carol().name, dave().name].sort());
    const owners = await bob().cli.json(['recover', 'owners']);
    expect(owners.map(({ ownerUserId }: { ownerUserId: string }) => ownerUserId)).toEqual([alice().id]);
  });

  test('restore the keys, and the owner chooses a new user secret that opens the old values', async () => {
    const { cli } = alice();
    await cli.run(['kv', 'put', 'app/url', '--value-file', '-'], 'https://example.com');
    expect((await cli.run(['recover', 'pending'])).stdout).toBe('No restore is pending.\n');
    const restored = await restore(await released(carol()));
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect((await cli.run(['recover', 'pending'])).stdout).toContain(bob().name);

    const files = ['--user-secret-file', cli.file('temporary', restored.stdout)];
    const newFile = ['--new-user-secret-file', cli.file('new', 'a secret to be remembered')];
    expect((await cli.run(['keys', 'rekey', ...files, ...newFile])).code).toBe(0);
    const get = ['kv', 'get', 'app/url'];
    const got = await cli.run([...get, ...cli.userSecret('a secret to be remembered')]);
    expect(got).toMatchObject({ code: 0, stdout: 'https://example.com' });
    expect((await cli.run([...get, ...cli.userSecret()])).code).toBe(3);
    const back = ['--user-secret-file', 'new', '--new-user-secret-file', cli.userSecret()[1] ?? ''];
    expect((await cli.run(['keys', 'rekey', ...back])).code).toBe(0);
  });

  test('are both needed: one alone cannot restore the keys', async () => {
    expect(await restore()).toMatchObject({ code: 1, stdout: '' });
    expect((await alice().cli.json(['recover', 'pending'])).restore).toBeNull();
  });

  test('release shares that only the collecting trustee can open', async () => {
    const share = await released(carol());
    const { cli } = dave();
    const { code, stderr } = await cli.run([
      'recover',
      'restore',
      alice().id,
      `${bob().cli.home}/${share}`,
      ...cli.userSecret(),
    ]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/TAMPERED|KEY_MISMATCH/)]);
  });

  test('can be vetoed by the owner', async () => {
    expect((await restore(await released(dave()))).code).toBe(0);
    expect((await alice().cli.run(['recover', 'veto'])).code).toBe(0);
    expect((await alice().cli.json(['recover', 'pending'])).restore).toBeNull();
    expect((await alice().cli.run(['recover', 'veto'])).code).toBe(4);
  });

  test('cannot release a share after one is removed', async () => {
    expect((await alice().cli.run(['recover', 'remove', dave().name])).code).toBe(0);
    const { cli } = dave();
    const release = ['recover', 'release', alice().id, '--to', bob().name, ...cli.userSecret()];
    expect((await cli.run(release)).code).toBe(4);
  });
});

test('masked shares need the phrase, and the prompt shows the hint', async () => {
  const phrase = alice().cli.file('phrase', 'the blue notebook');
  const masked = ['--threshold', 'pair', '--phrase-file', phrase];
  expect(await appoint(...masked, bob().name, carol().name)).toMatchObject({ code: 2, stdout: '' });
  expect((await appoint(...masked, '--hint', 'colour', bob().name, carol().name)).code).toBe(0);
  const share = await released(carol());
  const { cli } = bob();
  const asked = await cli.type(
    ['recover', 'restore', alice().name, ...cli.userSecret(), share],
    [['Phrase of the owner (colour): ', 'the red notebook']],
  );
  expect([asked.code, asked.stdout]).toEqual([1, expect.stringContaining('TAMPERED')]);
  const right = await restore(share, '--phrase-file', cli.file('phrase', 'the blue notebook'));
  expect(right).toMatchObject({ code: 0, stdout: expect.stringMatching(/^([0-9a-z]{5}-){5}[0-9a-z]\n$/) });
});

test.each([
  ['an invalid threshold', ['--threshold', 'two', 'x', 'y'], 2, '--threshold'],
  ['a single trustee', ['x'], 2, 'Usage'],
  ['an unknown user', ['unknown-at-all', 'unknown-else'], 4, 'unknown-at-all'],
])('recover appoint rejects %s', async (_, more, code, words) => {
  expect(await appoint(...more)).toMatchObject({ code, stderr: expect.stringContaining(words) });
});
