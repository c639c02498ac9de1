import { describe, expect, test } from 'vitest';
import { call, TestUser } from '../../api/target.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, password, signInByKey } from './dashboard.ts';

const dashboard = Dashboard.forTests();

describe('sign-in', () => {
  test('opens from the root address, and lets a user register, sign out and sign in again', async () => {
    const page = await dashboard.visit('/');
    expect(new URL(page.url()).pathname).toBe('/dashboard');
    await heading(page, 'Sign in').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-sign-in');
    const email = await dashboard.register(page);
    await button(page, 'Sign out').click();
    await heading(page, 'Sign in').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Sign in').click();
    await heading(page, 'Secrets').waitFor();
    await page.reload();
    await heading(page, 'Secrets').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('reports wrong credentials and keeps the email address for another try', async () => {
    const page = await dashboard.visit();
    await page.getByLabel('Email address').fill('no-one@example.com');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await button(page, 'Sign in').click();
    expect(await page.getByRole('alert').textContent()).toContain('is incorrect');
    await expectAccessible(page);
    expect(await page.getByLabel('Email address').inputValue()).toBe('no-one@example.com');
  });

  test('accepts an API key and keeps it in memory only', async () => {
    const { apiKey } = await TestUser.register(dashboard.appliance.target);
    const page = await dashboard.visit();
    await signInByKey(page, apiKey);
    const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(stored).not.toContain(apiKey);
    await page.reload();
    await heading(page, 'Sign in').waitFor();
  });

  test('returns after the session is revoked elsewhere', async () => {
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
