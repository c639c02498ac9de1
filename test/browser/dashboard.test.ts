import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { expectAccessible, picture } from './browser.ts';
import { launch } from './launch.ts';
import { RecordingProxy } from './recording-proxy.ts';

const password = 'correct hörse battery';
/** A PNG of one pixel. */
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let appliance: TestAppliance;
let proxy: RecordingProxy;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];
let users = 0;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  proxy = await RecordingProxy.start(appliance.target.url);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await proxy?.stop();
  await appliance?.remove();
});
beforeEach(() => {
  complaints = [];
});
afterEach(() => context?.close());

async function visit(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${proxy.url}${path}`);
  return page;
}

async function register(page: Page): Promise<string> {
  const email = `ana${++users}@example.com`;
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await heading(page, 'Secrets').waitFor();
  return email;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function addSecret(page: Page, name: string, value: string): Promise<void> {
  await button(page, 'Add a secret').click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Value', { exact: true }).fill(value);
  await page.getByLabel('Description').fill('Database of the shop');
  await button(page, 'Save').click();
  await page.getByRole('row', { name }).waitFor();
}

describe('the dashboard', () => {
  test('is where the address of the installation leads; registers, signs out and in again', async () => {
    const page = await visit();
    expect(new URL(page.url()).pathname).toBe('/dashboard');
    await heading(page, 'Sign in').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-sign-in');
    const email = await register(page);
    await button(page, 'Sign out').click();
    await heading(page, 'Sign in').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Sign in').click();
    await heading(page, 'Secrets').waitFor();
    await page.reload();
    await heading(page, 'Secrets').waitFor();
    expect(complaints).toEqual([]);
  });

  test('says what was wrong, and lets try again', async () => {
    const page = await visit('/dashboard');
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await button(page, 'Sign in').click();
    expect(await page.getByRole('alert').textContent()).toContain('is not right');
    await expectAccessible(page);
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('nobody@example.com');
  });

  test('takes an API key, and keeps it in memory alone', async () => {
    const { apiKey } = (await (
      await fetch(`${appliance.target.url}/api/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `key${++users}@example.com`, password }),
      })
    ).json()) as { apiKey: string };
    const page = await visit('/dashboard');
    await button(page, 'Use an API key').click();
    await page.getByLabel('API key', { exact: true }).fill(apiKey);
    await button(page, 'Sign in').click();
    await heading(page, 'Secrets').waitFor();
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    expect(kept).not.toContain(apiKey);
    await page.reload();
    await heading(page, 'Sign in').waitFor();
  });

  test('goes back to the sign-in once its session is revoked elsewhere', async () => {
    const page = await visit('/dashboard');
    await register(page);
    const token = await page.evaluate(
      () => JSON.parse(sessionStorage.getItem('strongroom.session') ?? '{}').credential.token as string,
    );
    await fetch(`${appliance.target.url}/api/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    await page.reload();
    await heading(page, 'Sign in').waitFor();
    await page.getByText('Your session has ended').waitFor();
  });
});

describe('secrets', () => {
  test('are added, replaced and deleted, and a value is never shown', async () => {
    const page = await visit('/dashboard');
    await register(page);
    await page.getByText('No secrets yet').waitFor();
    await expectAccessible(page);
    await button(page, 'Add a secret').click();
    await expectAccessible(page);
    await picture(page, 'dashboard-secret-dialog');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Add a secret');

    await addSecret(page, 'DATABASE_URL', 'postgres://app:Vr8%kd@db/orders');
    await addSecret(page, 'MAIL_KEY', 'k-2');
    await expectAccessible(page);
    await picture(page, 'dashboard-secrets');
    expect(await page.content()).not.toContain('Vr8%kd');

    await button(page, 'Replace: DATABASE_URL').click();
    expect(await page.getByLabel('Value', { exact: true }).inputValue()).toBe('');
    await page.getByLabel('Value', { exact: true }).fill('postgres://new');
    await button(page, 'Save').click();
    await page.getByText('DATABASE_URL is saved.').first().waitFor();

    await button(page, 'Delete: DATABASE_URL').click();
    await expectAccessible(page);
    await button(page, 'Delete').click();
    await page.getByRole('row', { name: 'DATABASE_URL' }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('say which field is at fault', async () => {
    const page = await visit('/dashboard');
    await register(page);
    await button(page, 'Add a secret').click();
    await page.getByLabel('Name').fill('LD_PRELOAD');
    await page.getByLabel('Value', { exact: true }).fill('x');
    await button(page, 'Save').click();
    expect(await page.getByRole('alert').textContent()).toContain('is reserved');
  });

  test('work on a phone, in the dark, in Spanish, and with the keyboard alone', async () => {
    const page = await visit('/dashboard', {
      locale: 'es-ES',
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    await heading(page, 'Entrar').waitFor();
    await expectAccessible(page);
    await button(page, 'Crear una cuenta').first().click();
    await page.getByLabel('Correo electrónico').fill(`pepa${++users}@example.com`);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await heading(page, 'Secretos').waitFor();
    await button(page, 'Añadir un secreto').press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('CLAVE');
    await page.keyboard.press('Tab');
    await page.keyboard.type('valor');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: 'CLAVE' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-secrets-phone-dark-es');
    await button(page, 'Menú').click();
    await page.getByRole('link', { name: 'Secretos' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-menu-phone-dark-es');
    expect(complaints).toEqual([]);
  });
});

describe('sections of the dashboard', () => {
  const section = async (page: Page, name: string) => {
    await page.getByRole('link', { name, exact: true }).click();
    await heading(page, name).waitFor();
  };

  test('a program is run with its output as it comes, and its figure is shown', async () => {
    const page = await visit('/dashboard');
    await register(page);
    await section(page, 'Programs');
    await page
      .getByLabel('Program', { exact: true })
      .fill(
        [
          'import base64, sys',
          `open("dot.png", "wb").write(base64.b64decode("${dot}"))`,
          'print("out", input()); print("err", file=sys.stderr)',
        ].join('\n'),
      );
    await page.getByLabel('Standard input').fill('given');
    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    expect(await page.getByRole('region', { name: 'Output', exact: true }).first().textContent()).toContain(
      'out given',
    );
    expect(await page.getByRole('region', { name: 'Errors' }).textContent()).toContain('err');
    const image = page.getByRole('img', { name: 'dot.png' });
    await image.waitFor();
    expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(1);
    await expectAccessible(page);
    await picture(page, 'dashboard-runs');

    await page
      .getByLabel('Program', { exact: true })
      .fill('import time\nprint("begun", flush=True)\ntime.sleep(60)');
    await button(page, 'Run').click();
    await page.getByText('begun').waitFor();
    await button(page, 'Stop').click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a message is encrypted here, its link opens it, and neither key nor text is sent', async () => {
    const page = await visit('/dashboard');
    await register(page);
    await section(page, 'Messages');
    await page.getByLabel('Secret text').fill('the planted text of a message');
    await page.getByLabel('Name', { exact: true }).fill('for Bob');
    await button(page, 'Make the link').click();
    const link = await page.getByLabel('The link').inputValue();
    await page.getByRole('row', { name: /for Bob/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-messages');
    const key = link.slice(link.indexOf('#') + 1);
    expect(key.length).toBeGreaterThan(20);
    const { sent } = proxy;
    expect(sent).not.toContain(key);
    expect(sent).not.toContain('the planted text of a message');

    await page.goto(link);
    await page.getByRole('button', { name: 'Open the message' }).click();
    await page.getByText('the planted text of a message').waitFor();
    await page.goto(`${proxy.url}/dashboard#/messages`);
    await heading(page, 'Messages').waitFor();
    expect(complaints).toEqual([]);
  });

  test('the audit log shows what was done, and is verified', async () => {
    const page = await visit('/dashboard');
    await register(page);
    await addSecret(page, 'AUDITED', 'v');
    await section(page, 'Audit log');
    await page.getByRole('row', { name: /secrets\.put/ }).waitFor();
    await page.getByRole('img', { name: /2 entries/ }).waitFor();
    await expect
      .poll(
        async () => {
          await button(page, 'Verify').click();
          await page.getByText(/The log has/).waitFor();
          return page.getByText(/The log has/).textContent();
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toMatch(/2 of these are in it/);
    await expectAccessible(page);
    await picture(page, 'dashboard-audit');
    // Chromium tells of each answer of 409: an entry that was not sealed yet.
    expect(complaints.filter((line) => !line.includes('status of 409'))).toEqual([]);
  });

  test('fit a telephone, in the dark and in Spanish', async () => {
    const page = await visit('/dashboard', {
      viewport: { width: 360, height: 720 },
      colorScheme: 'dark',
      locale: 'es-ES',
    });
    const email = `tel${++users}@example.com`;
    await page.getByRole('button', { name: 'Crear una cuenta' }).click();
    await page.getByLabel('Correo electrónico').fill(email);
    await page.getByLabel('Contraseña', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Crear una cuenta' }).click();
    await heading(page, 'Secretos').waitFor();
    for (const [path, title] of [
      ['runs', 'Programas'],
      ['messages', 'Mensajes'],
      ['audit', 'Registro de auditoría'],
    ] as const) {
      await page.goto(`${proxy.url}/dashboard#/${path}`);
      await heading(page, title).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await expectAccessible(page);
      await picture(page, `dashboard-${path}-phone-dark-es`);
    }
    expect(complaints).toEqual([]);
  });
});
