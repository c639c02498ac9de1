import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { VaultUser } from '../../api/vault/vault-user.ts';
import { restoreInput } from '../../support/restored.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, phone } from './dashboard.ts';
import { expectKept, newUsers, ownFingerprint, switchTo, unlock } from './vault-page.ts';

const phrase = 'what grandmother called the cat: Møøse';
const value = 'still to be read';

/** Restores a user's keys like trustees do, outside the browser. */
async function restoreKeys(owner: VaultUser, trustee: VaultUser, temporarySecret: string): Promise<void> {
  const share = Buffer.from('a share').toString('base64');
  await owner.call('PUT', `/v1/recovery/trustees/${trustee.id}`, {
    body: {
      encryptedPrivateKeyEccShareB64: share,
      encryptedPrivateKeyKyberShareB64: share,
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
  await page.getByLabel('Trustees required').selectOption(needed);
  await page.getByLabel('Recovery phrase', { exact: true }).fill(phrase);
  await page.getByLabel('Phrase hint').fill('the cat');
  await page.getByLabel('User secret', { exact: true }).fill(secret);
}

async function finish(page: Page, temporary: string, renewed: string): Promise<void> {
  await page.getByLabel('Temporary secret', { exact: true }).fill(temporary);
  await page.getByLabel('New user secret', { exact: true }).fill(renewed);
  await page.getByLabel('Confirm user secret', { exact: true }).fill(renewed);
  await button(page, 'Use keys').click();
}

describe('recovery', () => {
  const dashboard = Dashboard.forTests();

  test('works with two of three trustees, from the appointment to a new user secret', async () => {
    const [olga, anna, bernd, carla] = await newUsers(dashboard, 'Olga', 'Anna', 'Bernd', 'Carla');
    for (const user of [olga, anna, bernd, carla]) await user.generate();
    await olga.put('kept', value);
    const page = await dashboard.visit();
    await switchTo(page, anna, 'Vault');
    await unlock(page, anna.secret);
    const fingerprintOfAnna = (await ownFingerprint(page)) ?? '';

    await switchTo(page, olga, 'Recovery');
    await page.getByText('No trustees yet').waitFor();
    await expectAccessible(page);
    await appoint(page, ['Anna', 'Bernd', 'Carla'], '2 of 3', 'not the user secret');
    await page.getByRole('dialog').getByText(fingerprintOfAnna).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-appoint');
    await button(page, 'Appoint').click();
    await page.getByText('The user secret is incorrect.').waitFor();
    await page.getByLabel('User secret', { exact: true }).fill(olga.secret);
    await button(page, 'Appoint').click();
    await page.getByRole('row', { name: /^Carla Required: the cat/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery');

    await switchTo(page, bernd, 'Recovery');
    await button(page, 'Release share: Olga').click();
    await page.getByLabel('Trustee who collects').selectOption('Anna');
    await page.getByRole('dialog').getByText(fingerprintOfAnna).waitFor();
    await page.getByLabel('User secret', { exact: true }).fill(bernd.secret);
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-release');
    await button(page, 'Release').click();
    const share = await page.getByLabel('Share of Olga’s keys, for Anna', { exact: true }).inputValue();
    await expectAccessible(page);

    await switchTo(page, anna, 'Recovery');
    await button(page, 'Restore: Olga').click();
    await page.getByText('Hint: the cat').waitFor();
    await page.getByLabel('Shares of the other trustees').fill(share);
    await page.getByLabel('Recovery phrase of Olga', { exact: true }).fill('another phrase');
    await page.getByLabel('User secret', { exact: true }).fill(anna.secret);
    await button(page, 'Restore').click();
    await page.getByText('or the phrase is wrong').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Recovery phrase of Olga', { exact: true }).fill(phrase);
    await picture(page, 'dashboard-recovery-restore');
    await button(page, 'Restore').click();
    const temporary = await page.getByLabel('Temporary secret for Olga', { exact: true }).inputValue();
    expect(temporary).toMatch(/^[0-9a-z]{5}(-[0-9a-z]{5}){4}-[0-9a-z]$/);
    await picture(page, 'dashboard-recovery-temporary');

    await switchTo(page, olga, 'Vault');
    await page.getByRole('link', { name: 'Forgot your user secret?' }).click();
    await page.getByText('Anna restored your keys').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-waits');
    await button(page, 'Use restored keys').click();
    const renewed = 'another user secret: ñandú';
    await finish(page, 'not the temporary secret', renewed);
    await page.getByText('The temporary secret is incorrect.').waitFor();
    await expectAccessible(page);
    await finish(page, temporary, renewed);
    await page.getByText('Your new user secret unlocks your vault').waitFor();
    await page.getByRole('heading', { name: 'Pending restore of your keys' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Vault', exact: true }).click();
    await unlock(page, renewed);
    await button(page, 'Show: kept').click();
    await expect.poll(() => page.getByLabel('Value', { exact: true }).inputValue()).toBe(value);

    const secrets = [olga, anna, bernd].map(({ secret }) => secret);
    expectKept(dashboard, [...secrets, phrase, share, temporary, renewed, value], `/restore/${olga.id}`);
    expect((await olga.get('kept')).status).toBe(401);
    expect(dashboard.complaints).toEqual([]);
  });

  test('removes trustees, also those who are not selected for a new appointment', async () => {
    const [olga, anna, bernd, carla] = await newUsers(dashboard, 'Olga', 'Anna', 'Bernd', 'Carla');
    for (const user of [olga, anna, bernd, carla]) await user.generate();
    const page = await dashboard.visit();
    await switchTo(page, olga, 'Recovery');
    await appoint(page, ['Anna'], '2 of 2', olga.secret);
    await button(page, 'Appoint').click();
    await page.getByText('Select at least two trustees.').waitFor();
    await page.getByLabel('Carla', { exact: true }).check();
    await button(page, 'Appoint').click();
    await page.getByRole('row', { name: 'Carla' }).waitFor();
    await appoint(page, ['Anna', 'Bernd'], '2 of 2', olga.secret);
    await page.getByText('Current trustees whom you do not select lose theirs.').waitFor();
    await button(page, 'Appoint').click();
    await page.getByRole('row', { name: 'Carla' }).waitFor({ state: 'detached' });
    expect((await carla.call('GET', '/v1/recovery/shares')).body).toEqual([]);
    await button(page, 'Remove: Bernd').click();
    await expectAccessible(page);
    await button(page, 'Remove').click();
    await page.getByRole('row', { name: 'Bernd' }).waitFor({ state: 'detached' });
    expect((await bernd.call('GET', '/v1/recovery/shares')).body).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const [olga, anna] = await newUsers(dashboard, 'Olga', 'Anna');
    for (const user of [olga, anna]) await user.generate();
    await restoreKeys(olga, anna, 'a temporary secret');
    await restoreKeys(anna, olga, 'a temporary secret');
    const page = await dashboard.visit('/dashboard', phone);
    await button(page, 'Usar una clave de API').click();
    await page.getByLabel('Clave de API', { exact: true }).fill(olga.apiKey);
    await button(page, 'Iniciar sesión').click();
    await heading(page, 'Secretos').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/recovery`);
    await page.getByText('Restauración pendiente de tus claves').waitFor();
    await button(page, 'Entregar fragmento: Anna').waitFor();
    await button(page, 'Quitar: Anna').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-recovery-phone-dark-es');
    await button(page, 'Nombrar personas de confianza').press('Enter');
    await page.getByText('Al menos otras dos personas').waitFor();
    await expectAccessible(page);
    expect(dashboard.complaints).toEqual([]);
  });
});

describe('a restore during its veto period', () => {
  const dashboard = Dashboard.forTests(() => ({ STRONGROOM_RESTORE_DELAY: '3600' }));

  test('shows when it can be used, and is deleted by a veto', async () => {
    const [olga, anna] = await newUsers(dashboard, 'Olga', 'Anna');
    for (const user of [olga, anna]) await user.generate();
    await restoreKeys(olga, anna, 'a temporary secret');
    const page = await dashboard.visit();
    await switchTo(page, olga, 'Recovery');
    await page.getByText(/You can use the restored keys from .+\./).waitFor();
    expect(await button(page, 'Use restored keys').count()).toBe(0);
    await expectAccessible(page);
    await button(page, 'Veto').click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Veto' }).click();
    await page.getByText('Restore vetoed').waitFor();
    expect((await olga.call('GET', '/v1/recovery/restore')).body).toEqual({ restore: null });
    expect(dashboard.complaints).toEqual([]);
  });
});
