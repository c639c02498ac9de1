import { afterAll, beforeAll, expect, test } from 'vitest';
import { StrongroomClient } from '../../client/index.ts';
import {
  appointTrustees,
  newTemporarySecret,
  openTrusteeShare,
  restoreOwner,
} from '../../client/recovery.ts';
import { rekeyRestored } from '../../client/vault/keys.ts';
import { restoreInput } from '../support/restored.ts';
import { nativeVault } from '../support/vault.ts';
import { TestAppliance } from './appliance.ts';
import { newOrg, VaultUser } from './vault/vault-user.ts';

let appliance: TestAppliance;
beforeAll(async () => {
  appliance = await TestAppliance.start({ STRONGROOM_RESTORE_DELAY: '3600' });
});
afterAll(() => appliance.remove());

test('a restore cannot be used before its owner had time to veto it', async () => {
  const { target } = appliance;
  const org = await newOrg(target);
  const [owner, alice, bob] = (await Promise.all(
    ['owner', 'alice', 'bob'].map((name) => VaultUser.create(target, org, { name })),
  )) as [VaultUser, VaultUser, VaultUser];
  const clientOf = ({ apiKey }: VaultUser) =>
    new StrongroomClient({ baseUrl: target.url, credential: { apiKey } });
  const trusteeship = { trusteeUserIds: [alice.id, bob.id], threshold: 2 };
  await appointTrustees(clientOf(owner), nativeVault, owner.secret, trusteeship);
  const shares = await Promise.all(
    [alice, bob].map((trustee) => openTrusteeShare(clientOf(trustee), nativeVault, trustee.secret, owner.id)),
  );
  const temporarySecret = newTemporarySecret();
  await restoreOwner(clientOf(alice), nativeVault, { shares, temporarySecret });

  const { createdUtc, availableUtc } = (await owner.call('GET', '/v1/recovery/restore')).body.restore;
  expect(Date.parse(availableUtc) - Date.parse(createdUtc)).toBe(3_600_000);
  const rekey = (secret: string) =>
    owner.call('POST', '/v1/keys/rekey', {
      headers: { 'x-user-secret': secret, 'x-new-user-secret': 'a secret after all' },
    });
  const early = await rekey(temporarySecret);
  expect([early.status, early.body.code]).toEqual([409, 'RESTORE_TOO_EARLY']);
  expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(3_500);
  const byClient = rekeyRestored(clientOf(owner), nativeVault, temporarySecret, 'a secret after all');
  await expect(byClient).rejects.toMatchObject({ code: 'RESTORE_TOO_EARLY', status: 409 });
  expect((await rekey(owner.secret)).status).toBe(200);
});

test('a secret that opens neither keys nor restore counts as two wrong ones', async () => {
  const limited = await TestAppliance.start({ STRONGROOM_SECRET_RATE_LIMIT: '4/900' });
  try {
    const org = await newOrg(limited.target);
    const create = (name: string) => VaultUser.create(limited.target, org, { name });
    const [owner, trustee] = await Promise.all([create('owner'), create('trustee')]);
    const body = {
      encryptedPrivateKeyEccShareB64: 'AAAA',
      encryptedPrivateKeyKyberShareB64: 'AAAA',
      xorApplied: false,
    };
    await owner.call('PUT', `/v1/recovery/trustees/${trustee.id}`, { body });
    const client = new StrongroomClient({
      baseUrl: limited.target.url,
      credential: { apiKey: owner.apiKey },
    });
    const { body: me } = await client.call('users.getMe');
    const restored = await restoreInput(me, owner.secret, { temporarySecret: 'a temporary secret' });
    await trustee.call('POST', `/v1/recovery/restore/${owner.id}`, { body: restored });
    const rekey = (secret: string) =>
      owner.call('POST', '/v1/keys/rekey', {
        headers: { 'x-user-secret': secret, 'x-new-user-secret': 'a secret after all' },
      });
    const statuses: number[] = [];
    for (const guess of ['one', 'two', 'three']) statuses.push((await rekey(guess)).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await rekey('a temporary secret')).status).toBe(429);
  } finally {
    await limited.remove();
  }
});
