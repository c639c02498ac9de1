import { afterEach, describe, expect, test } from 'vitest';
import { sealClientFile } from '../support/file-client.ts';
import { findPlanted, placesOf } from '../support/planted.ts';
import { TestAppliance } from './appliance.ts';
import { b64, newOrg, VaultUser } from './vault/vault-user.ts';

let appliance: TestAppliance;
afterEach(() => appliance.remove());

async function userOf(env: NodeJS.ProcessEnv): Promise<VaultUser> {
  appliance = await TestAppliance.start(env);
  const user = await VaultUser.create(appliance.target, await newOrg(appliance.target));
  await user.put('k', 'v');
  return user;
}

describe('wrong user secrets', () => {
  test('are tried as often as the limit says, however many come concurrently', async () => {
    const user = await userOf({ STRONGROOM_SECRET_RATE_LIMIT: '3/3600' });
    const guesses = Array.from({ length: 12 }, (_, i) => user.get('k', `a wrong secret ${i}`));
    const answers = await Promise.all(guesses);
    const codes = answers.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'WRONG_USER_SECRET')).toHaveLength(3);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(9);

    const limited = answers.find(({ status }) => status === 429);
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('at the limit the right one, known to the process or not, is answered like a wrong one', async () => {
    const user = await userOf({ STRONGROOM_SECRET_RATE_LIMIT: '2/3600' });
    expect((await user.get('k')).status).toBe(200);
    for (const guess of ['a wrong secret', 'one more of them']) await user.get('k', guess);
    const [right, wrong] = await Promise.all([user.get('k'), user.get('k', 'yet another secret')]);
    expect([right.status, { ...right.body, requestId: '' }]).toEqual([429, { ...wrong.body, requestId: '' }]);
    const rekey = await user.open('POST', '/v1/keys/rekey', {
      headers: { 'x-new-user-secret': 'a renewed user secret' },
    });
    expect(rekey.status).toBe(429);

    const other = await VaultUser.create(appliance.target, user.orgId);
    await other.put('k', 'v');
    expect((await other.get('k')).status).toBe(200);
  });

  test('right ones are not counted, nor is the one that concurrent requests have in common', async () => {
    const user = await userOf({ STRONGROOM_SECRET_RATE_LIMIT: '2/3600', STRONGROOM_KEK_CACHE: 'off' });
    for (let calls = 0; calls < 4; calls++) expect((await user.get('k')).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 4 }, () => user.get('k')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('the cache of keys', () => {
  const times = async (user: VaultUser) => {
    const durations: number[] = [];
    for (let calls = 0; calls < 6; calls++) {
      const begun = performance.now();
      await user.get('k');
      durations.push(performance.now() - begun);
    }
    return durations.sort((a, b) => a - b);
  };

  test('spares reads the derivation; without it, each read derives the key', async () => {
    const [fastest = Number.NaN] = await times(await userOf({ STRONGROOM_KEK_CACHE: 'on' }));
    await appliance.remove();
    const derived = await times(await userOf({ STRONGROOM_KEK_CACHE: 'off' }));
    // On any machine, Argon2id over 64 MiB takes longer than the rest of a request.
    expect(derived[0]).toBeGreaterThan(2 * fastest);
  });
});

describe('what the vault leaves in the stores and in the output', () => {
  test('contains no user secret, value, file, file name or alias', async () => {
    appliance = await TestAppliance.start();
    const org = await newOrg(appliance.target);
    const owner = await VaultUser.create(appliance.target, org, { keys: false });
    const recipient = await VaultUser.create(appliance.target, org, { keys: false });
    const planted = {
      ownerSecret: 'PLANTED-owner-secret-7d1a',
      recipientSecret: 'PLANTED-recipient-secret-30cf',
      renewedSecret: 'PLANTED-renewed-secret-c2e8',
      wrongSecret: 'PLANTED-wrong-secret-94b0',
      shortSecret: 'PLANTEDx1f',
      value: 'PLANTED-value-55d0',
      largeValue: 'PLANTED-large-value-e001',
      refusedValue: 'PLANTED-refused-value-77aa',
      alias: 'PLANTED-alias-2b6d',
      fileName: 'PLANTED-file-name-81f2',
      contentType: 'text/PLANTED-type-a90b',
      fileContent: 'PLANTED-file-content-4e77',
      uploadedName: 'PLANTED-uploaded-name-d03c',
      uploadedContent: 'PLANTED-uploaded-content-6f15',
      refusedName: 'PLANTED-refused-name-b7e4',
    };
    owner.secret = planted.shortSecret;
    expect((await owner.open('POST', '/v1/keys/generate')).status).toBe(400);
    owner.secret = planted.ownerSecret;
    recipient.secret = planted.recipientSecret;
    await owner.open('POST', '/v1/keys/generate', { headers: { 'idempotency-key': 'planted' } });
    await recipient.generate();
    await owner.put('PLANTED-NAME', planted.value);
    await owner.put('large', planted.largeValue.repeat(4_000));
    expect((await owner.get('large')).status).toBe(200);
    await owner.get('PLANTED-NAME', planted.wrongSecret);
    await owner.call('PUT', '/v1/kv/refused', { body: { valueB64: [planted.refusedValue] } });
    await owner.call('PUT', '/v1/kv/refused', { body: `{"valueB64": "${planted.refusedValue}` });
    const { body } = await owner.open('POST', '/v1/kv/PLANTED-NAME/shares', {
      headers: { 'idempotency-key': 'planted' },
      body: { recipientUserId: recipient.id, permission: 'read', alias: planted.alias },
    });
    expect((await recipient.read(body.shareId)).body.valueB64).toBe(b64(planted.value));
    expect((await recipient.open('GET', '/v1/kv/shared')).body[0].alias).toBe(planted.alias);
    await plantFiles(owner, recipient, planted);
    await owner.open('POST', '/v1/keys/rekey', { headers: { 'x-new-user-secret': planted.renewedSecret } });
    await owner.get('PLANTED-NAME', planted.renewedSecret);

    const places = placesOf(appliance);
    expect(findPlanted(places, planted)).toEqual([]);
    // Proves that the search works: names are not secret, so it must find one.
    expect(findPlanted(places, { name: 'PLANTED-NAME' })).not.toEqual([]);
  });
});

/** Runs every operation on a file, inline and in parts. */
async function plantFiles(
  owner: VaultUser,
  recipient: VaultUser,
  planted: Readonly<Record<string, string>>,
): Promise<void> {
  const { fileName = '', contentType, fileContent = '', uploadedName, uploadedContent = '' } = planted;
  const content = fileContent.repeat(20_000);
  const file = { fileName, contentType, contentB64: b64(content) };
  const headers = { 'idempotency-key': 'a planted file' };
  const { body: stored } = await owner.open('POST', '/v1/files', { headers, body: file });
  expect((await owner.file(stored.id)).body).toEqual(file);
  expect((await owner.open('GET', '/v1/files')).body[0].fileName).toBe(fileName);
  const { shareId } = (await owner.shareFile(stored.id, recipient)).body;
  expect((await recipient.sharedFile(shareId)).body).toMatchObject(file);
  await recipient.open('GET', '/v1/files/shared');
  const refused = { fileName: planted.refusedName, contentB64: [fileContent] };
  expect((await owner.open('POST', '/v1/files', { body: refused })).status).toBe(400);

  const me = (await owner.call('GET', '/v1/users/me')).body;
  const sealed = sealClientFile(me, Buffer.from(uploadedContent.repeat(20_000)), uploadedName);
  await owner.call('POST', '/v1/files/uploads', { body: sealed.input });
  const upload = `/v1/files/uploads/${sealed.id}`;
  const { body } = await owner.call('POST', `${upload}/parts`, { body: { partNumbers: [1] } });
  await fetch(body.parts[0].url, { method: 'PUT', body: new Uint8Array(await sealed.part(1)) });
  expect((await owner.call('POST', `${upload}/complete`)).status).toBe(200);
  expect((await owner.file(sealed.id)).body.fileName).toBe(uploadedName);
}
