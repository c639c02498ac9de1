import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { otherHost } from '../launch.ts';
import { button, Dashboard, heading, openSection, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();
const masterPassword = 'PLANTED master pässword';
const marker = 'PLANTED_code';
const code = `import sys\nprint("${marker}"[::-1], sys.argv[1:], input())\nprint("err", file=sys.stderr)`;
const reversed = [...marker].reverse().join('');

const dialog = (page: Page) => page.getByRole('dialog');

async function save(page: Page, program: string, password = masterPassword, again = password): Promise<void> {
  await page.getByLabel('Code', { exact: true }).fill(program);
  await page.getByLabel('Master password', { exact: true }).fill(password);
  await page.getByLabel('Confirm master password', { exact: true }).fill(again);
  await button(page, 'Encrypt and save').click();
}

async function encrypt(page: Page, name: string, program: string): Promise<void> {
  await button(page, 'Encrypt program').click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Description').fill('Report of the month');
  await save(page, program);
  await page.getByRole('row', { name }).waitFor();
}

async function run(page: Page, name: string, password = masterPassword): Promise<void> {
  await button(page, `Run: ${name}`).click();
  await page.getByLabel('Master password', { exact: true }).fill(password);
  await button(page, 'Run').click();
}

/** Expects that a secret was not sent in any encoding. */
function expectUnsent(sent: string, secret: string): void {
  const bytes = Buffer.from(secret);
  for (const form of [
    bytes.toString('latin1'),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ])
    expect(sent).not.toContain(form);
  for (const shift of [0, 1, 2]) {
    expect(sent).not.toContain(
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .slice(4, -4),
    );
  }
}

describe('encrypted code', () => {
  test('encrypts, runs, shows, replaces and deletes a program without sending or storing code or password', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    dashboard.proxy.forget();
    await openSection(page, 'Encrypted code');
    await page.getByText('No encrypted programs yet').waitFor();
    await expectAccessible(page);
    await button(page, 'Encrypt program').click();
    await page.getByLabel('Name', { exact: true }).fill('monthly-report');
    await page.getByLabel('Description').fill('Report of the month');
    await expectAccessible(page);
    await save(page, code, masterPassword, 'another master password');
    expect(await page.getByRole('alert').textContent()).toContain('do not match');
    await picture(page, 'dashboard-code-encrypt');
    await page.getByLabel('Confirm master password', { exact: true }).fill(masterPassword);
    await button(page, 'Encrypt and save').click();
    await page.getByRole('row', { name: 'monthly-report' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-code');

    await button(page, 'Run: monthly-report').click();
    await page.getByLabel('Arguments').fill('2026-01\ntwo words');
    await page.getByLabel('Standard input').fill('given');
    await page.getByLabel('Master password', { exact: true }).fill('not the master password');
    await button(page, 'Run').click();
    expect(await page.getByRole('alert').textContent()).toContain('The master password is incorrect');
    await page.getByLabel('Master password', { exact: true }).fill(masterPassword);
    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    const output = page.getByRole('region', { name: 'Output', exact: true });
    expect(await output.textContent()).toContain(`${reversed} ['2026-01', 'two words'] given`);
    expect(await page.getByRole('region', { name: 'Error output' }).textContent()).toContain('err');
    await expectAccessible(page);
    await picture(page, 'dashboard-code-run');
    await button(page, 'Close').click();

    await button(page, 'Show: monthly-report').click();
    await page.getByLabel('Master password', { exact: true }).fill(masterPassword);
    await button(page, 'Show').click();
    const shown = dialog(page).getByRole('region', { name: 'Code' });
    expect(await shown.textContent()).toBe(code);
    await expectAccessible(page);
    await picture(page, 'dashboard-code-show');
    await button(page, 'Close').click();
    expect(await page.content()).not.toContain(marker);

    await button(page, 'Replace: monthly-report').click();
    await save(page, 'print("second")');
    await page.getByText('monthly-report encrypted and saved').waitFor();
    await dialog(page).waitFor({ state: 'detached' });
    await run(page, 'monthly-report');
    await page.getByText('second').waitFor();
    await page.keyboard.press('Escape');

    const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    const { sent } = dashboard.proxy;
    expect(sent).toContain('sealedPassword');
    for (const secret of [masterPassword, code, marker]) {
      expectUnsent(sent, secret);
      expect(stored).not.toContain(secret);
    }

    await button(page, 'Delete: monthly-report').click();
    await button(page, 'Delete').click();
    await page.getByText('No encrypted programs yet').waitFor();
    // Chromium reports the 401 for the wrong password.
    expect(dashboard.complaints.filter((line) => !line.includes('status of 401'))).toEqual([]);
  });

  test('shows the output of a long execution as it arrives, and stops it', async () => {
    const page = await dashboard.visitSection('code', 'Encrypted code');
    await encrypt(page, 'long', 'import time\nprint("begun", flush=True)\ntime.sleep(600)');
    await run(page, 'long');
    await button(page, 'Stop').waitFor({ timeout: 30_000 });
    await page.getByText('begun').waitFor();
    await button(page, 'Stop').click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('sends nothing to a sandbox that the stored keys do not prove, until the user trusts the new keys', async () => {
    const page = await dashboard.visitSection('code', 'Encrypted code');
    await encrypt(page, 'trusted', 'print("trusted")');
    await page.evaluate(() => {
      const other = { kty: 'EC', crv: 'P-256', kid: 'x', alg: 'ES256', use: 'sig', x: 'x', y: 'y' };
      localStorage.setItem('strongroom.public-keys', JSON.stringify([other]));
    });
    dashboard.proxy.forget();
    await run(page, 'trusted');
    expect(await page.getByRole('alert').textContent()).toContain('could not prove');
    expect(dashboard.proxy.sent).not.toContain('/zk/execute/');
    await expectAccessible(page);
    await picture(page, 'dashboard-code-unproven');
    await button(page, 'Trust the server’s current keys').click();
    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('requires HTTPS unless the page is local', async () => {
    const page = await dashboard.visitSection('code', 'Encrypted code');
    const apiKey = await page.evaluate(async () => {
      const { token } = JSON.parse(sessionStorage.getItem('strongroom.session') ?? '{}').credential;
      const headers = { Authorization: `Bearer ${token}` };
      return (await (await fetch('api/apikey/rotate', { method: 'POST', headers })).json()).apiKey as string;
    });
    await page.goto(`${dashboard.proxy.url.replace('127.0.0.1', otherHost)}/dashboard#/code`);
    await button(page, 'Use an API key').click();
    await page.getByLabel('API key', { exact: true }).fill(apiKey);
    await button(page, 'Sign in').click();
    await heading(page, 'Encrypted code').waitFor();
    await page.getByText(/requires HTTPS/).waitFor();
    expect(await button(page, 'Encrypt program').count()).toBe(0);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    const page = await dashboard.visitSection('code', 'Código cifrado', phone);
    await button(page, 'Cifrar un programa').click();
    await page.getByLabel('Nombre', { exact: true }).fill('informe');
    await page.getByLabel('Código', { exact: true }).fill('print("hola")');
    await page.getByLabel('Contraseña maestra', { exact: true }).fill(masterPassword);
    await page.getByLabel('Confirmar la contraseña maestra', { exact: true }).fill(masterPassword);
    await expectAccessible(page);
    await picture(page, 'dashboard-code-encrypt-phone-dark-es');
    await button(page, 'Cifrar y guardar').click();
    await page.getByRole('row', { name: 'informe' }).waitFor();
    await expectAccessible(page);
    const [end, window] = await button(page, 'Eliminar: informe').evaluate((element) => [
      ...[element.getBoundingClientRect().right, innerWidth],
    ]);
    expect(end).toBeLessThan((window ?? 0) - 16);
    await picture(page, 'dashboard-code-phone-dark-es');
    await button(page, 'Ejecutar: informe').click();
    await page.getByLabel('Contraseña maestra', { exact: true }).fill('no es esta');
    await button(page, 'Ejecutar').click();
    expect(await page.getByRole('alert').textContent()).toContain('La contraseña maestra no es correcta');
    await page.getByLabel('Contraseña maestra', { exact: true }).fill(masterPassword);
    await button(page, 'Ejecutar').click();
    await page.getByText('hola').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-code-run-phone-dark-es');
    expect(dashboard.complaints.filter((line) => !line.includes('status of 401'))).toEqual([]);
  });
});
