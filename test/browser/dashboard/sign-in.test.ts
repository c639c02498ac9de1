import { describe, expect, test } from 'vitest';
import { call, TestUser } from '../../api/target.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, password, signInByKey } from './dashboard.ts';

const dashboard = Dashboard.forTests();

describe('the dashboard', () => {
  test('is where the address of the installation leads; registers, signs out and in again', async () => {
    const page = await dashboard.visit('/');
    expect(new URL(page.url()).pathname).toBe('/dashboard');
    await heading(page, 'Sign in').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-sign-in');
    const email = await dashboard.register(page);
    await button(page, 'Sign out').click();
    await heading(page, 'Sign in').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Sign in').click();
    await heading(page, 'Secrets').waitFor();
    await page.reload();
    await heading(page, 'Secrets').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('says what was wrong, and lets try again', async () => {
    const page = await dashboard.visit();
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await button(page, 'Sign in').click();
    expect(await page.getByRole('alert').textContent()).toContain('is not right');
    await expectAccessible(page);
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('nobody@example.com');
  });

  test('takes an API key, and keeps it in memory alone', async () => {
    const { apiKey } = await TestUser.register(dashboard.appliance.target);
    const page = await dashboard.visit();
    await signInByKey(page, apiKey);
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(kept).not.toContain(apiKey);
    await page.reload();
    await heading(page, 'Sign in').waitFor();
  });

  test('goes back to the sign-in once its session is revoked elsewhere', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    const token = await page.evaluate(
      () => JSON.parse(sessionStorage.getItem('strongroom.session') ?? '{}').credential.token as string,
    );
    const headers = { authorization: `Bearer ${token}` };
    await call(dashboard.appliance.target, 'POST', '/api/logout', { headers });
    await page.reload();
    await heading(page, 'Sign in').waitFor();
    await page.getByText('Your session has ended').waitFor();
  });
});
