import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { VaultUser } from '../../api/vault/vault-user.ts';
import { restoreInput } from '../../support/restored.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, phone } from './dashboard.ts';
import { expectKept, newUsers, ownFingerprint, switchTo, unlock } from './vault-page.ts';

const phrase = 'what grandmother called the cat: Møøse';
const value = 'still to be read';

/** Brings a user's keys back as trustees do it, away from the browser. */
async function bringBack(owner: VaultUser, trustee: VaultUser, temporarySecret: string): Promise<void> {
  const part = Buffer.from('a part').toString('base64');
  await owner.call('PUT', `/v1/recovery/trustees/${trustee.id}`, {
    body: {
      encryptedPrivateKeyEccShareB64: part,
      encryptedPrivateKeyKyberShareB64: part,
      xorApplied: false,
      xorSaltHint: null,
    },
  });
  const { body: me } = await owner.call('GET', '/v1/users/me');
  const body = await restoreInput(me, owner.secret, { temporarySecret });
  const { status } = await trustee.call('POST', `/v1/recovery/restore/${owner.id}`, { body });
  expect(status).toBe(200);
}

async function appoint(page: Page, names: readonly string[], needed: string, secret: string): Promise<void> {
  await button(page, 'Appoint trustees').click();
  for (const name of names) await page.getByLabel(name, { exact: true }).check();
  await page.getByLabel('How many are needed').selectOption(needed);
  await page.getByLabel('Phrase', { exact: true }).fill(phrase);
  await page.getByLabel('What reminds you of it').fill('the cat');
  await page.getByLabel('User secret', { exact: true }).fill(secret);
}

async function finish(page: Page, temporary: string, renewed: string): Promise<void> {
  await page.getByLabel('Temporary secret', { exact: true }).fill(temporary);
  await page.getByLabel('New user secret', { exact: true }).fill(renewed);
  await page.getByLabel('The same again', { exact: true }).fill(renewed);
  await button(page, 'Use them').click();
}

describe('recovery', () => {
  const dashboard = Dashboard.forTests();

  test('by two of three trustees, from their appointment to another user secret', async () => {
    const [olga, anna, bernd, carla] = await newUsers(dashboard, 'Olga', 'Anna', 'Bernd', 'Carla');
    for (const user of [olga, anna, bernd, carla]) await user.generate();
    await olga.put('kept', value);
    const page = await dashboard.visit();
    await switchTo(page, anna, 'Vault');
    await unlock(page, anna.secret);
    const fingerprintOfAnna = (await ownFingerprint(page)) ?? '';

    await switchTo(page, olga, 'Recovery');
    await page.getByText('You have no trustees').waitFor();
    await expectAccessible(page);
    await appoint(page, ['Anna', 'Bernd', 'Carla'], '2 of 3', 'not the user secret');
    await page.getByRole('dialog').getByText(fingerprintOfAnna).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-appoint');
    await button(page, 'Appoint').click();
    await page.getByText('This is not the user secret.').waitFor();
    await page.getByLabel('User secret', { exact: true }).fill(olga.secret);
    await button(page, 'Appoint').click();
    await page.getByRole('row', { name: /^Carla needed: the cat/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery');

    await switchTo(page, bernd, 'Recovery');
    await button(page, 'Release my part: Olga').click();
    await page.getByLabel('Who collects').selectOption('Anna');
    await page.getByRole('dialog').getByText(fingerprintOfAnna).waitFor();
    await page.getByLabel('User secret', { exact: true }).fill(bernd.secret);
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-release');
    await button(page, 'Release').click();
    const part = await page.getByLabel('Part of the keys of Olga, for Anna', { exact: true }).inputValue();
    await expectAccessible(page);

    await switchTo(page, anna, 'Recovery');
    await button(page, 'Restore: Olga').click();
    await page.getByText('What reminds of it: the cat').waitFor();
    await page.getByLabel('Parts of the other trustees').fill(part);
    await page.getByLabel('Phrase of Olga', { exact: true }).fill('another phrase');
    await page.getByLabel('User secret', { exact: true }).fill(anna.secret);
    await button(page, 'Bring back').click();
    await page.getByText('or the phrase is wrong').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Phrase of Olga', { exact: true }).fill(phrase);
    await picture(page, 'dashboard-recovery-restore');
    await button(page, 'Bring back').click();
    const temporary = await page.getByLabel('Temporary secret for Olga', { exact: true }).inputValue();
    expect(temporary).toMatch(/^[0-9a-z]{5}(-[0-9a-z]{5}){4}-[0-9a-z]$/);
    await picture(page, 'dashboard-recovery-temporary');

    await switchTo(page, olga, 'Vault');
    await page.getByRole('link', { name: 'I have forgotten it' }).click();
    await page.getByText('Anna brought them back').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-waits');
    await button(page, 'Use the restored keys').click();
    const renewed = 'another user secret: ñandú';
    await finish(page, 'not the temporary secret', renewed);
    await page.getByText('This is not the temporary secret.').waitFor();
    await expectAccessible(page);
    await finish(page, temporary, renewed);
    await page.getByText('Your vault opens with the new user secret.').waitFor();
    await page.getByRole('heading', { name: 'Your keys can be restored' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Vault', exact: true }).click();
    await unlock(page, renewed);
    await button(page, 'Show: kept').click();
    await expect.poll(() => page.getByLabel('Value', { exact: true }).inputValue()).toBe(value);

    const secrets = [olga, anna, bernd].map(({ secret }) => secret);
    expectKept(dashboard, [...secrets, phrase, part, temporary, renewed, value], `/restore/${olga.id}`);
    expect((await olga.get('kept')).status).toBe(401);
    expect(dashboard.complaints).toEqual([]);
  });

  test('takes parts back, and those of whoever is not chosen again', async () => {
    const [olga, anna, bernd, carla] = await newUsers(dashboard, 'Olga', 'Anna', 'Bernd', 'Carla');
    for (const user of [olga, anna, bernd, carla]) await user.generate();
    const page = await dashboard.visit();
    await switchTo(page, olga, 'Recovery');
    await appoint(page, ['Anna'], '2 of 2', olga.secret);
    await button(page, 'Appoint').click();
    await page.getByText('Choose at least two trustees.').waitFor();
    await page.getByLabel('Carla', { exact: true }).check();
    await button(page, 'Appoint').click();
    await page.getByRole('row', { name: 'Carla' }).waitFor();
    await appoint(page, ['Anna', 'Bernd'], '2 of 2', olga.secret);
    await page.getByText('Those whom you do not choose lose theirs.').waitFor();
    await button(page, 'Appoint').click();
    await page.getByRole('row', { name: 'Carla' }).waitFor({ state: 'detached' });
    expect((await carla.call('GET', '/v1/recovery/shares')).body).toEqual([]);
    await button(page, 'Take back: Bernd').click();
    await expectAccessible(page);
    await button(page, 'Take back').click();
    await page.getByRole('row', { name: 'Bernd' }).waitFor({ state: 'detached' });
    expect((await bernd.call('GET', '/v1/recovery/shares')).body).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  test('fits a telephone, in the dark and in Spanish', async () => {
    const [olga, anna] = await newUsers(dashboard, 'Olga', 'Anna');
    for (const user of [olga, anna]) await user.generate();
    await bringBack(olga, anna, 'a temporary secret');
    await bringBack(anna, olga, 'a temporary secret');
    const page = await dashboard.visit('/dashboard', phone);
    await button(page, 'Usar una clave de API').click();
    await page.getByLabel('Clave de API', { exact: true }).fill(olga.apiKey);
    await button(page, 'Entrar').click();
    await heading(page, 'Secretos').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/recovery`);
    await page.getByText('Tus claves se pueden restaurar').waitFor();
    await button(page, 'Entregar mi parte: Anna').waitFor();
    await button(page, 'Retirar: Anna').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-phone-dark-es');
    await button(page, 'Nombrar personas de confianza').press('Enter');
    await page.getByText('Al menos otras dos personas').waitFor();
    await expectAccessible(page);
    expect(dashboard.complaints).toEqual([]);
  });
});

describe('a restore that its owner has time to veto', () => {
  const dashboard = Dashboard.forTests(() => ({ STRONGROOM_RESTORE_DELAY: '3600' }));

  test('says from when it may be used, and goes with a veto', async () => {
    const [olga, anna] = await newUsers(dashboard, 'Olga', 'Anna');
    for (const user of [olga, anna]) await user.generate();
    await bringBack(olga, anna, 'a temporary secret');
    const page = await dashboard.visit();
    await switchTo(page, olga, 'Recovery');
    await page.getByText(/You can use them from .+ on\./).waitFor();
    expect(await button(page, 'Use the restored keys').count()).toBe(0);
    await expectAccessible(page);
    await button(page, 'Veto').click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Veto' }).click();
    await page.getByText('The restore is removed.').waitFor();
    expect((await olga.call('GET', '/v1/recovery/restore')).body).toEqual({ restore: null });
    expect(dashboard.complaints).toEqual([]);
  });
});
