import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { otherHost } from '../launch.ts';
import { button, Dashboard, heading, phone } from './dashboard.ts';
import { createKeys, expectKept, newUsers, ownFingerprint, switchTo, unlock } from './vault-page.ts';

const dashboard = Dashboard.forTests();

/** Chromium reports the 404 for each value that is looked up before it exists. */
const absent = 'Failed to load resource: the server responded with a status of 404 (Not Found)';
const value = 'correct value, never sent: Ærøskøbing 4711';

describe('the vault', () => {
  test('creates keys, stores values, and sends neither secret nor value', async () => {
    const [alice] = await newUsers(dashboard, 'Alice');
    const page = await dashboard.visit();
    await switchTo(page, alice, 'Vault');
    await page.getByText('cannot be recovered or reset').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-keys');

    await page.getByLabel('New user secret', { exact: true }).fill('too short');
    await page.getByLabel('Confirm user secret', { exact: true }).fill('too short');
    await button(page, 'Create keys').click();
    await page.getByText('must have 12 to 1,024 characters').waitFor();
    await page.getByLabel('New user secret', { exact: true }).fill(alice.secret);
    await page.getByLabel('Confirm user secret', { exact: true }).fill('something else');
    await button(page, 'Create keys').click();
    await page.getByText('The two entries do not match').waitFor();
    expect(dashboard.proxy.sent).not.toContain('/v1/sealed/keys');
    await createKeys(page, alice);
    await page.getByText('No values yet').waitFor();

    await button(page, 'Add value').click();
    await page.getByLabel('Name').fill('shop/database');
    await page.getByLabel('Value', { exact: true }).fill(value);
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-add');
    await button(page, 'Save').click();
    await page.getByRole('row', { name: 'shop/database' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-vault');
    expect(await page.content()).not.toContain(value);

    await button(page, 'Show: shop/database').click();
    await expect.poll(() => page.getByLabel('Value', { exact: true }).inputValue()).toBe(value);
    await page.getByText('Version 1').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-value');
    await button(page, 'Hide').click();
    expect(await page.content()).not.toContain(value);

    await button(page, 'Add value').click();
    await page.getByLabel('Name').fill('shop/database');
    await page.getByLabel('Value', { exact: true }).fill('another');
    await button(page, 'Save').click();
    await page.getByText('A value with this name already exists').waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Replace: shop/database').click();
    await page.getByLabel('Value', { exact: true }).fill(`${value}, again`);
    await button(page, 'Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const stored = await alice.get('shop/database');
    expect(Buffer.from(stored.body.valueB64, 'base64').toString()).toBe(`${value}, again`);

    expectKept(dashboard, [alice.secret, value], 'shop%2Fdatabase');
    expect(
      await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])),
    ).not.toContain(alice.secret);
    await button(page, 'Delete: shop/database').click();
    await button(page, 'Delete').click();
    await page.getByText('No values yet').waitFor();
    expect(new Set(dashboard.complaints)).toEqual(new Set([absent]));
  });

  test('locks by its button, on sign-out and after inactivity', async () => {
    const [alice] = await newUsers(dashboard, 'Alice');
    await alice.generate();
    await alice.put('kept', value);
    const page = await dashboard.visit();
    await page.clock.install();
    await switchTo(page, alice, 'Vault');
    await page.getByLabel('User secret', { exact: true }).fill('not the user secret');
    await button(page, 'Unlock').click();
    await page.getByText('The user secret is incorrect.').waitFor();
    await unlock(page, alice.secret);
    await button(page, 'Lock').click();
    await page.getByText('Your vault is locked').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-locked');

    await unlock(page, alice.secret);
    await button(page, 'Show: kept').click();
    await page.getByLabel('Value', { exact: true }).waitFor();
    await page.clock.fastForward('14:00');
    await page.keyboard.press('Shift');
    await page.clock.fastForward('14:00');
    expect(await page.getByLabel('Value', { exact: true }).inputValue()).toBe(value);
    await page.clock.fastForward('01:30');
    await page.getByText('15 minutes of inactivity').waitFor();
    expect(await page.content()).not.toContain(value);

    await unlock(page, alice.secret);
    await switchTo(page, alice, 'Vault');
    await page.getByText('Your vault is locked').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('shares a value with the person whose fingerprint it shows', async () => {
    const [alice, bernd] = await newUsers(dashboard, 'Alice', 'Bernd');
    const page = await dashboard.visit();
    await switchTo(page, bernd, 'Vault');
    await createKeys(page, bernd);
    const fingerprint = await ownFingerprint(page);
    expect(fingerprint).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    await page.getByText('No values are shared with you.').waitFor();

    await switchTo(page, alice, 'Vault');
    await createKeys(page, alice);
    await button(page, 'Add value').click();
    await page.getByLabel('Name').fill('shop-database');
    await page.getByLabel('Value', { exact: true }).fill(value);
    await button(page, 'Save').click();
    await button(page, 'Share: shop-database').click();
    await page.getByText('Not shared yet.').waitFor();
    await page.getByLabel('Person').selectOption('Bernd');
    await page
      .getByRole('dialog')
      .getByText(fingerprint ?? '')
      .waitFor();
    await page.getByLabel('Name shown to them').fill('Database of Alice');
    await page.getByLabel('Expires').selectOption('After 1 week');
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-share');
    await button(page, 'Share').click();
    await page.getByText('Shared with Bernd').first().waitFor();

    await button(page, 'Replace: shop-database').click();
    await page
      .getByRole('dialog')
      .getByText(fingerprint ?? '')
      .waitFor();
    await page.getByLabel('Value', { exact: true }).fill(`${value}, again`);
    await expectAccessible(page);
    await button(page, 'Save').click();
    await page.getByText('shop-database saved').first().waitFor();

    await switchTo(page, bernd, 'Vault');
    await unlock(page, bernd.secret);
    await page.getByRole('row', { name: /^Database of Alice Alice/ }).waitFor();
    await picture(page, 'dashboard-vault-received');
    await button(page, 'Show: Database of Alice').click();
    await expect.poll(() => page.getByLabel('Value', { exact: true }).inputValue()).toBe(`${value}, again`);
    await button(page, 'Hide').click();
    expectKept(dashboard, [alice.secret, bernd.secret, value, 'Database of Alice'], 'shop-database');

    await switchTo(page, alice, 'Vault');
    await unlock(page, alice.secret);
    await button(page, 'Share: shop-database').click();
    await page.getByText(/last read/).waitFor();
    await expectAccessible(page);
    await button(page, 'Revoke: Bernd').click();
    await page.getByText('Not shared yet.').waitFor();
    expect((await bernd.call('GET', '/v1/sealed/kv/shared')).body).toEqual([]);
    expect(new Set(dashboard.complaints)).toEqual(new Set([absent]));
  });

  describe('if the server sends false keys for a user', () => {
    const prepare = async (path: string) => {
      const [alice, bernd, mallory] = await newUsers(dashboard, 'Alice', 'Bernd', 'Mallory');
      for (const user of [alice, bernd, mallory]) await user.generate();
      await alice.put('kept', value);
      await alice.put('other', value);
      const { publicKeyB64, publicKeyKyberB64 } = (await mallory.call('GET', '/v1/users/me')).body;
      const falsify = (profile: { id: string }) =>
        profile.id === bernd.id ? { ...profile, publicKeyB64, publicKeyKyberB64 } : profile;
      const page = await dashboard.visit();
      const sendFalseKeys = () =>
        page.route(path, async (route) => {
          const response = await route.fetch();
          const body = await response.json();
          await route.fulfill({ response, json: Array.isArray(body) ? body.map(falsify) : falsify(body) });
        });
      await switchTo(page, alice, 'Vault');
      await unlock(page, alice.secret);
      const share = async (name: string) => {
        await button(page, `Share: ${name}`).click();
        await page.getByLabel('Person').selectOption('Bernd');
        await button(page, 'Share').click();
      };
      const sharesOf = async (name: string) => (await alice.call('GET', `/v1/kv/${name}/shares`)).body;
      return { page, sendFalseKeys, share, sharesOf };
    };

    test('encrypts nothing for keys that differ from the ones shown', async () => {
      const { page, sendFalseKeys, share, sharesOf } = await prepare('**/v1/users/org/*');
      await sendFalseKeys();
      await share('kept');
      await page.getByText('The server sent keys that differ').waitFor();
      expect(await sharesOf('kept')).toEqual([]);
    });

    test('warns that the keys differ from the known ones, and encrypts nothing for them', async () => {
      const { page, sendFalseKeys, share, sharesOf } = await prepare('**/v1/users/org**');
      await share('kept');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await sendFalseKeys();
      await share('other');
      await page.getByText('These are not the keys that this browser knows for Bernd').waitFor();
      await page.getByText('The server sent keys that differ').waitFor();
      await expectAccessible(page);
      await picture(page, 'dashboard-vault-other-keys');
      expect(await sharesOf('kept')).toHaveLength(1);
      expect(await sharesOf('other')).toEqual([]);
    });
  });

  test('stays locked if the page was loaded without HTTPS from another machine', async () => {
    const [alice] = await newUsers(dashboard, 'Alice');
    await alice.generate();
    const page = await dashboard.visit();
    await page.goto(`${dashboard.proxy.url.replace('127.0.0.1', otherHost)}/dashboard`);
    for (const section of ['Vault', 'Files', 'Recovery']) {
      await switchTo(page, alice, section);
      await page.getByText('This page was loaded without HTTPS').waitFor();
      expect(await page.locator('main input').count()).toBe(0);
    }
    await expectAccessible(page);
  });

  test('stays open when the session continues with another token', async () => {
    const page = await dashboard.visit();
    await page.clock.install();
    await page.reload();
    await dashboard.register(page);
    const tokenNow = () =>
      page.evaluate(() => JSON.parse(sessionStorage['strongroom.session']).credential.token);
    const first = await tokenNow();
    await page.getByRole('link', { name: 'Vault', exact: true }).click();
    await createKeys(page, { secret: 'a user secret to remember' });
    for (let minutes = 0; minutes < 52; minutes += 13) {
      await page.keyboard.press('Shift');
      await page.clock.fastForward('13:00');
    }
    await expect.poll(tokenNow).not.toBe(first);
    dashboard.proxy.forget();
    await button(page, 'Add value').click();
    await page.getByLabel('Name').fill('later');
    await page.getByLabel('Value', { exact: true }).fill(value);
    await button(page, 'Save').click();
    await page.getByRole('row', { name: 'later' }).waitFor();
    expect(dashboard.proxy.sent).toContain(`Bearer ${await tokenNow()}`);
    expect(dashboard.proxy.sent).not.toContain(first);
  });

  test('changes the user secret', async () => {
    const [alice] = await newUsers(dashboard, 'Alice');
    await alice.generate();
    await alice.put('kept', value);
    const page = await dashboard.visit();
    await switchTo(page, alice, 'Vault');
    await unlock(page, alice.secret);
    dashboard.proxy.forget();
    const renewed = 'another user secret: ñandú';
    await button(page, 'Change user secret').click();
    await page.getByLabel('Current user secret', { exact: true }).fill(alice.secret);
    await page.getByLabel('New user secret', { exact: true }).fill(renewed);
    await page.getByLabel('Confirm user secret', { exact: true }).fill(renewed);
    await expectAccessible(page);
    await button(page, 'Change').click();
    await page.getByText('User secret changed').waitFor();
    expectKept(dashboard, [alice.secret, renewed], '/v1/sealed/keys/rekey');
    expect((await alice.get('kept')).status).toBe(401);
    expect((await alice.get('kept', renewed)).status).toBe(200);
    await button(page, 'Lock').click();
    await unlock(page, renewed);
    expect(dashboard.complaints).toEqual([]);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const [alice, bernd] = await newUsers(dashboard, 'Alicia', 'Bernd');
    for (const user of [alice, bernd]) await user.generate();
    await alice.put('tienda/base-de-datos', value);
    await alice.share('tienda/base-de-datos', bernd);
    const page = await dashboard.visit('/dashboard', phone);
    await button(page, 'Usar una clave de API').click();
    await page.getByLabel('Clave de API', { exact: true }).fill(alice.apiKey);
    await button(page, 'Iniciar sesión').click();
    await heading(page, 'Secretos').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/vault`);
    await page.getByLabel('Secreto de usuario', { exact: true }).fill(alice.secret);
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-locked-phone-dark-es');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: 'tienda/base-de-datos' }).waitFor();
    await page.getByText('Nadie comparte valores contigo.').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-phone-dark-es');
    await button(page, 'Compartir: tienda/base-de-datos').press('Enter');
    await button(page, 'Revocar: Bernd').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-vault-share-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
