import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StrongroomClient } from '../../client/index.ts';
import { parseMessageLink } from '../../client/message-link.ts';
import { createMessage, lookAtMessage, type NewMessage } from '../../client/messages.ts';
import { messagePrimitives } from '../../client/node.ts';
import { TestAppliance } from '../api/appliance.ts';
import { legacyClient, legacyVersions } from '../support/legacy-client.ts';
import { expectAccessible, picture } from './browser.ts';
import { launch, otherHost } from './launch.ts';
import { RecordingProxy } from './recording-proxy.ts';

const primitives = await messagePrimitives();
const content = 'postgres://app:Vr8%kd@db.example.com/orders\n東京 <b>not bold</b> 🔐';
const password = 'correct hörse';

let appliance: TestAppliance;
let proxy: RecordingProxy;
let client: StrongroomClient;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  appliance = await TestAppliance.start();
  proxy = await RecordingProxy.start(appliance.target.url);
  client = new StrongroomClient({ baseUrl: proxy.url });
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

/** Opens a link in a recipient's browser, and records the errors in its console. */
async function visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return page;
}

async function send(message: Partial<NewMessage> = {}): Promise<string> {
  return (await createMessage(client, primitives, { content, ...message })).url;
}

async function sendLegacy(version: (typeof legacyVersions)[number], maxAccess = 1): Promise<string> {
  const encryptedContent = legacyClient(version).encryptMessage(content, password);
  return (await client.call('messages.create', { body: { encryptedContent, maxAccess } })).body.data.url;
}

async function remainingOf(url: string): Promise<number | null> {
  return (await lookAtMessage(client, parseMessageLink(url).messageId)).remaining;
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000);
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const openIt = (page: Page) => page.getByRole('button', { name: 'Open message' }).click();
const shown = (page: Page) => page.getByRole('region', { name: 'Message content' });

async function expectOpened(page: Page): Promise<void> {
  await shown(page).waitFor();
  expect(await shown(page).textContent()).toBe(content);
}

describe('a link', () => {
  test('leads to a page that asks before it opens the message once, and keeps nothing', async () => {
    const url = await send({ maxAccess: 1, name: 'Database, production', expiresAt: inSeconds(90_000) });
    proxy.forget();
    const page = await visit(url);
    await heading(page, 'You have a message').waitFor();
    expect(proxy.sent).not.toContain('POST');
    expect(await remainingOf(url)).toBe(1);
    const facts = await page.locator('dl').textContent();
    expect(facts).toContain('Database, production');
    expect(facts).toMatch(/in 1 day/);
    expect(facts).toContain('Once');
    await expectAccessible(page);
    await picture(page, 'recipient-ready');

    await openIt(page);
    await expectOpened(page);
    expect(await page.locator('.warning').textContent()).toContain('deleted from the server');
    await expectAccessible(page);
    await picture(page, 'recipient-open');
    expect(new URL(page.url()).hash).toBe('');
    expect(complaints).toEqual([]);

    page.once('dialog', (dialog) => dialog.accept());
    await page.reload();
    await heading(page, 'Message not found').waitFor();
    await expectAccessible(page);
    await picture(page, 'recipient-gone');
  });

  test('shows how many accesses are left, and counts down to the expiry', async () => {
    const page = await visit(await send({ maxAccess: 3, expiresAt: inSeconds(100) }));
    expect(await page.locator('dl').textContent()).toContain('3 more times');
    const before = await page.getByRole('timer').textContent();
    await page.waitForFunction(
      (text) => document.querySelector('[role=timer]')?.textContent !== text,
      before,
    );
    await openIt(page);
    await expectOpened(page);
    expect(await page.locator('.card').textContent()).toContain('The message can be opened 2 more times.');
    expect(new URL(page.url()).hash).not.toBe('');
  });

  test('uses up no access without its key, and accepts the key on the page', async () => {
    const url = await send({ maxAccess: 1, password });
    const [bare = ''] = url.split('#');
    for (const cut of [bare, url.slice(0, -3)]) {
      const page = await visit(cut);
      await heading(page, 'The link is incomplete').waitFor();
      await context.close();
    }
    const page = await visit(bare);
    const field = page.getByLabel('Complete link, or the key after #');
    await field.fill(url.slice(0, -1));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This is neither the complete link').waitFor();
    await expectAccessible(page);
    await picture(page, 'recipient-incomplete');
    expect(await remainingOf(url)).toBe(1);
    await field.fill(url);
    await field.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await openIt(page);
    await expectOpened(page);
  });

  test('is read again when it is completed in the address bar', async () => {
    const url = await send({ maxAccess: 1 });
    const page = await visit(url.slice(0, -3));
    await heading(page, 'The link is incomplete').waitFor();
    await page.goto(url);
    await openIt(page);
    await expectOpened(page);
  });

  test('reports a message that has expired or been used up meanwhile', async () => {
    const page = await visit(await send({ expiresAt: inSeconds(3) }));
    await heading(page, 'You have a message').waitFor();
    await heading(page, 'Message not found').waitFor({ timeout: 10_000 });
    await context.close();

    const url = await send({ maxAccess: 1 });
    const late = await visit(url);
    await heading(late, 'You have a message').waitFor();
    const { messageId } = parseMessageLink(url);
    await client.call('messages.open', { params: { id: messageId }, body: {} });
    await openIt(late);
    await heading(late, 'Message not found').waitFor();
  });
});

describe('a password', () => {
  test('is asked for before the message is opened, and a wrong one uses up no further access', async () => {
    const url = await send({ maxAccess: 2, password });
    const page = await visit(url);
    await openIt(page);
    await page.getByText('Enter the password first.').waitFor();
    expect(await remainingOf(url)).toBe(2);
    await picture(page, 'recipient-password');
    const field = page.getByLabel('Password', { exact: true });
    for (const wrong of ['wrong', 'worse']) {
      await field.fill(wrong);
      await field.press('Enter');
      await heading(page, 'Incorrect password').waitFor();
      expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    }
    await expectAccessible(page);
    await picture(page, 'recipient-locked');
    expect(await remainingOf(url)).toBe(1);
    await field.fill(password);
    await page.getByRole('button', { name: 'Show the password' }).click();
    expect(await field.getAttribute('type')).toBe('text');
    await field.press('Enter');
    await expectOpened(page);
    expect(await remainingOf(url)).toBe(1);
  });

  test('warns before the recipient leaves after the last access', async () => {
    const page = await visit(await send({ maxAccess: 1, password }));
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await openIt(page);
    await heading(page, 'Incorrect password').waitFor();
    expect(await page.locator('.warning').textContent()).toContain('it is lost');
    const asked = page.waitForEvent('dialog');
    const leaving = page.reload({ timeout: 2_000 }).catch(() => undefined);
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await leaving;
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expectOpened(page);
  });

  test.each(legacyVersions)('opens a message of crypto-js %s, typed or in the link', async (version) => {
    const url = await sendLegacy(version, 2);
    const page = await visit(url);
    const field = page.getByLabel('Password', { exact: true });
    await field.fill('wrong');
    await openIt(page);
    await heading(page, 'Incorrect password').waitFor();
    await field.fill(password);
    await field.press('Enter');
    await expectOpened(page);
    await context.close();
    const direct = await visit(`${url}#${encodeURIComponent(password)}`);
    await openIt(direct);
    await expectOpened(direct);
    expect(complaints).toEqual([]);
  });
});

describe('secret content', () => {
  test('is not in anything that the browser sends, in any encoding', async () => {
    const urls = [await send({ maxAccess: 2, password }), await sendLegacy('4.2', 2)];
    for (const url of urls) {
      proxy.forget();
      const page = await visit(url);
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await openIt(page);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Try again' }).click();
      await expectOpened(page);
      await page.getByRole('button', { name: 'Download' }).click();
      await page.getByRole('button', { name: 'Clear this page' }).click();
      await page.reload();
      await context.close();
      const { messageId, fragment } = parseMessageLink(url);
      expect(proxy.sent).toContain(`POST /api/messages/${messageId}/open`);
      const key = Buffer.from(fragment, 'base64url').subarray(1, 33);
      for (const secret of [password, 'wrong', content, ...(fragment ? [fragment, key] : [])]) {
        const bytes = Buffer.from(secret);
        for (const form of [
          bytes.toString('latin1'),
          bytes.toString('base64').replace(/=+$/, ''),
          bytes.toString('base64url'),
          bytes.toString('hex'),
          encodeURIComponent(bytes.toString()),
        ]) {
          expect(proxy.sent).not.toContain(form);
        }
      }
      expect(proxy.sent).not.toMatch(/^referer:/im);
    }
  });

  test('cannot be sent away by an injected script', async () => {
    const page = await visit(await send());
    await heading(page, 'You have a message').waitFor();
    const outcome = await page.evaluate(async () => {
      const tried: Record<string, string> = {};
      const blocked: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => {
        blocked.push(event.effectiveDirective);
      });
      const attempt = async (name: string, act: () => unknown) => {
        tried[name] = await Promise.resolve()
          .then(act)
          .then(
            () => 'done',
            () => 'refused',
          );
      };
      await attempt('innerHTML', () => {
        document.body.innerHTML = '<p>x</p>';
      });
      await attempt('fetch', () => fetch('https://example.com/'));
      // Run it later: code that the debugger evaluates directly is not bound by the policy.
      await attempt('eval', async () => {
        await new Promise((resolve, reject) => {
          setTimeout(() => {
            try {
              resolve(Function('return 1')());
            } catch (error) {
              reject(error);
            }
          });
        });
      });
      const script = document.createElement('script');
      await attempt('inline script', () => {
        script.text = 'window.injected = true';
        document.head.append(script);
      });
      const image = new Image();
      image.src = 'http://127.0.0.1:1/leak.png';
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { tried, blocked, injected: 'injected' in window };
    });
    expect(outcome.tried).toEqual({
      innerHTML: 'refused',
      fetch: 'refused',
      eval: 'refused',
      'inline script': 'refused',
    });
    expect(outcome.injected).toBe(false);
    expect(outcome.blocked).toContain('connect-src');
    expect(outcome.blocked).toContain('img-src');
  });

  test('is not read by a modified script', async () => {
    const url = await send({ maxAccess: 1 });
    context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.route('**/assets/*.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()};window.altered = true;` });
    });
    await page.goto(url);
    await page.getByText('Nothing has been opened.').first().waitFor({ timeout: 10_000 });
    expect(await page.evaluate(() => 'altered' in window)).toBe(false);
    expect(await remainingOf(url)).toBe(1);
  });

  test('is not opened over an unencrypted connection', async () => {
    const url = await send({ maxAccess: 1 });
    const page = await visit(url.replace('127.0.0.1', otherHost));
    await heading(page, 'This page requires HTTPS').waitFor();
    expect(await remainingOf(url)).toBe(1);
    await picture(page, 'recipient-insecure');
  });
});

test('a lost response is fetched again and counted once', async () => {
  const url = await send({ maxAccess: 2 });
  const page = await visit(url);
  await heading(page, 'You have a message').waitFor();
  let losses = 1;
  await page.route('**/open', async (route) => {
    if (losses-- <= 0) return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await openIt(page);
  await expectOpened(page);
  expect(await remainingOf(url)).toBe(1);
});

test('an unreachable server can be tried again', async () => {
  const url = await send({ maxAccess: 1 });
  const page = await visit(url);
  await heading(page, 'You have a message').waitFor();
  await context.setOffline(true);
  await openIt(page);
  await heading(page, 'The server did not respond').waitFor();
  await expectAccessible(page);
  await picture(page, 'recipient-lost');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expectOpened(page);
});

test('the message can be copied, downloaded unchanged, and cleared from the page', async () => {
  const page = await visit(await send({ maxAccess: 1 }), {
    permissions: ['clipboard-read', 'clipboard-write'],
    acceptDownloads: true,
  });
  await openIt(page);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(content);
  expect(await page.locator('#announcer').textContent()).toBe('Copied');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('message.txt');
  expect(await readFile(await download.path(), 'utf8')).toBe(content);
  await page.getByRole('button', { name: 'Clear this page' }).click();
  await heading(page, 'The message was cleared').waitFor();
  expect(await page.content()).not.toContain('postgres');
});

test('without JavaScript the page says in both languages that it requires it, and opens nothing', async () => {
  const url = await send({ maxAccess: 1 });
  proxy.forget();
  const page = await visit(url, { javaScriptEnabled: false });
  await page.getByRole('heading', { name: 'This page requires JavaScript' }).waitFor();
  await page.getByRole('heading', { name: 'Esta página requiere JavaScript' }).waitFor();
  await picture(page, 'recipient-no-script');
  expect(proxy.sent).not.toContain('/api/');
  expect(await remainingOf(url)).toBe(1);
});

test('the page follows the browser’s language, and its language switch keeps the input', async () => {
  const url = await send({ password, maxAccess: 1, expiresAt: inSeconds(200_000) });
  const page = await visit(url, { locale: 'es-MX' });
  await heading(page, 'Tienes un mensaje').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  await expectAccessible(page);
  await picture(page, 'recipient-spanish');
  await page.getByLabel('Contraseña', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'English' }).click();
  await heading(page, 'You have a message').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByRole('button', { name: 'Abrir el mensaje' }).click();
  await page.getByRole('region', { name: 'Contenido del mensaje' }).waitFor();
  await expectAccessible(page);
});

test('the page works with the keyboard only', async () => {
  const page = await visit(await send({ password, maxAccess: 1 }));
  await heading(page, 'You have a message').waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.tagName);
  expect(await focused()).toBe('H1');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('INPUT');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await expectOpened(page);
  expect(await focused()).toBe('H1');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('PRE');
});

describe.each(['light', 'dark'] as const)('on a phone, %s', (colorScheme) => {
  test('every state fits and is accessible', async () => {
    const url = await send({
      maxAccess: 1,
      password,
      name: 'W'.repeat(150),
      expiresAt: inSeconds(5_000),
      content: `${'x'.repeat(500)}\n${'line\n'.repeat(60)}`,
    });
    const page = await visit(url, { viewport: { width: 320, height: 640 }, colorScheme, locale: 'es-ES' });
    await heading(page, 'Tienes un mensaje').waitFor();
    await expectAccessible(page);
    await picture(page, `recipient-phone-${colorScheme}-ready`);
    const field = page.getByLabel('Contraseña', { exact: true });
    await field.fill('wrong');
    await field.press('Enter');
    await heading(page, 'Contraseña incorrecta').waitFor();
    await expectAccessible(page);
    await picture(page, `recipient-phone-${colorScheme}-locked`);
    await field.fill(password);
    await field.press('Enter');
    await heading(page, 'Mensaje').waitFor();
    await expectAccessible(page);
    await picture(page, `recipient-phone-${colorScheme}-open`);
  });
});

test('the page loads less than 120 KiB, and the browser caches its assets', async () => {
  const url = await send();
  const page = await visit(url);
  await heading(page, 'You have a message').waitFor();
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce(
      (sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize,
      0,
    ),
  );
  expect(bytes).toBeLessThan(120 * 1024);
  proxy.forget();
  await page.reload();
  await heading(page, 'You have a message').waitFor();
  expect(proxy.sent).toContain('GET /s/');
  expect(proxy.sent).not.toContain('GET /assets/');
});
