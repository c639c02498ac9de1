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

/** A recipient's browser, at the page of that link. What it complains of in its console is kept. */
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
const openIt = (page: Page) => page.getByRole('button', { name: 'Open the message' }).click();
const shown = (page: Page) => page.getByRole('region', { name: 'Content of the message' });

async function expectOpened(page: Page): Promise<void> {
  await shown(page).waitFor();
  expect(await shown(page).textContent()).toBe(content);
}

describe('a link', () => {
  test('leads to a page that asks first, opens once, and leaves nothing', async () => {
    const url = await send({ maxAccess: 1, name: 'Database, production', expiresAt: inSeconds(90_000) });
    proxy.forget();
    const page = await visit(url);
    await heading(page, 'A message is waiting for you').waitFor();
    expect(proxy.sent).not.toContain('POST');
    expect(await remainingOf(url)).toBe(1);
    const facts = await page.locator('dl').textContent();
    expect(facts).toContain('Database, production');
    expect(facts).toMatch(/in 1 day/);
    expect(facts).toContain('once');
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
    await heading(page, 'There is no message here').waitFor();
    await expectAccessible(page);
    await picture(page, 'recipient-gone');
  });

  test('with more accesses says how many are left, and counts down', async () => {
    const page = await visit(await send({ maxAccess: 3, expiresAt: inSeconds(100) }));
    expect(await page.locator('dl').textContent()).toContain('3 more times');
    const before = await page.getByRole('timer').textContent();
    await page.waitForFunction(
      (text) => document.querySelector('[role=timer]')?.textContent !== text,
      before,
    );
    await openIt(page);
    await expectOpened(page);
    expect(await page.locator('.card').textContent()).toContain('It can be opened 2 more times.');
    expect(new URL(page.url()).hash).not.toBe('');
  });

  test('without its key uses nothing up, and takes the key there and then', async () => {
    const url = await send({ maxAccess: 1, password });
    const [bare = ''] = url.split('#');
    for (const cut of [bare, url.slice(0, -3)]) {
      const page = await visit(cut);
      await heading(page, 'This link is incomplete').waitFor();
      await context.close();
    }
    const page = await visit(bare);
    const field = page.getByLabel('Whole link, or the key after #');
    await field.fill(url.slice(0, -1));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This is not the whole link').waitFor();
    await expectAccessible(page);
    await picture(page, 'recipient-incomplete');
    expect(await remainingOf(url)).toBe(1);
    await field.fill(url);
    await field.press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await openIt(page);
    await expectOpened(page);
  });

  test('that is completed in the address bar is taken as it is then', async () => {
    const url = await send({ maxAccess: 1 });
    const page = await visit(url.slice(0, -3));
    await heading(page, 'This link is incomplete').waitFor();
    await page.goto(url);
    await openIt(page);
    await expectOpened(page);
  });

  test('to what has expired or been used up meanwhile says so', async () => {
    const page = await visit(await send({ expiresAt: inSeconds(3) }));
    await heading(page, 'A message is waiting for you').waitFor();
    await heading(page, 'There is no message here').waitFor({ timeout: 10_000 });
    await context.close();

    const url = await send({ maxAccess: 1 });
    const late = await visit(url);
    await heading(late, 'A message is waiting for you').waitFor();
    const { messageId } = parseMessageLink(url);
    await client.call('messages.open', { params: { id: messageId }, body: {} });
    await openIt(late);
    await heading(late, 'There is no message here').waitFor();
  });
});

describe('a password', () => {
  test('is asked for before the message is opened, and a wrong one takes no other access', async () => {
    const url = await send({ maxAccess: 2, password });
    const page = await visit(url);
    await openIt(page);
    await page.getByText('Type the password first.').waitFor();
    expect(await remainingOf(url)).toBe(2);
    await picture(page, 'recipient-password');
    const field = page.getByLabel('Password', { exact: true });
    for (const wrong of ['wrong', 'worse']) {
      await field.fill(wrong);
      await field.press('Enter');
      await heading(page, 'The password is not right').waitFor();
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

  test('is not forgotten by whoever leaves: the last access is warned about', async () => {
    const page = await visit(await send({ maxAccess: 1, password }));
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await openIt(page);
    await heading(page, 'The password is not right').waitFor();
    expect(await page.locator('.warning').textContent()).toContain('the message is lost');
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
    await heading(page, 'The password is not right').waitFor();
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

describe('what is secret', () => {
  test('is in nothing that the browser sends, however it is written', async () => {
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

  test('goes to nobody by script that was put into the page', async () => {
    const page = await visit(await send());
    await heading(page, 'A message is waiting for you').waitFor();
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
      // Later: what the debugger itself evaluates may do more than the page's own script.
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

  test('is not touched by a script that is not the page’s own', async () => {
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

  test('is not opened over a connection that anyone could change', async () => {
    const url = await send({ maxAccess: 1 });
    const page = await visit(url.replace('127.0.0.1', otherHost));
    await heading(page, 'This page needs HTTPS').waitFor();
    expect(await remainingOf(url)).toBe(1);
    await picture(page, 'recipient-insecure');
  });
});

test('an answer that is lost is fetched again, and counted once', async () => {
  const url = await send({ maxAccess: 2 });
  const page = await visit(url);
  await heading(page, 'A message is waiting for you').waitFor();
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

test('a server that cannot be reached can be tried again', async () => {
  const url = await send({ maxAccess: 1 });
  const page = await visit(url);
  await heading(page, 'A message is waiting for you').waitFor();
  await context.setOffline(true);
  await openIt(page);
  await heading(page, 'The answer did not come').waitFor();
  await expectAccessible(page);
  await picture(page, 'recipient-lost');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expectOpened(page);
});

test('the message is copied and downloaded as it is, and leaves the page when it is told to', async () => {
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
  await heading(page, 'The message is no longer in this page').waitFor();
  expect(await page.content()).not.toContain('postgres');
});

test('without JavaScript the page says what it needs, in both languages, and opens nothing', async () => {
  const url = await send({ maxAccess: 1 });
  proxy.forget();
  const page = await visit(url, { javaScriptEnabled: false });
  await page.getByRole('heading', { name: 'This page needs JavaScript' }).waitFor();
  await page.getByRole('heading', { name: 'Esta página necesita JavaScript' }).waitFor();
  await picture(page, 'recipient-no-script');
  expect(proxy.sent).not.toContain('/api/');
  expect(await remainingOf(url)).toBe(1);
});

test('in Spanish where the browser prefers it, and by a switch that keeps what was typed', async () => {
  const url = await send({ password, maxAccess: 1, expiresAt: inSeconds(200_000) });
  const page = await visit(url, { locale: 'es-MX' });
  await heading(page, 'Hay un mensaje para ti').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  await expectAccessible(page);
  await picture(page, 'recipient-spanish');
  await page.getByLabel('Contraseña', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'English' }).click();
  await heading(page, 'A message is waiting for you').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByRole('button', { name: 'Abrir el mensaje' }).click();
  await page.getByRole('region', { name: 'Contenido del mensaje' }).waitFor();
  await expectAccessible(page);
});

test('by the keyboard alone', async () => {
  const page = await visit(await send({ password, maxAccess: 1 }));
  await heading(page, 'A message is waiting for you').waitFor();
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
    await heading(page, 'Hay un mensaje para ti').waitFor();
    await expectAccessible(page);
    await picture(page, `recipient-phone-${colorScheme}-ready`);
    const field = page.getByLabel('Contraseña', { exact: true });
    await field.fill('wrong');
    await field.press('Enter');
    await heading(page, 'La contraseña no es correcta').waitFor();
    await expectAccessible(page);
    await picture(page, `recipient-phone-${colorScheme}-locked`);
    await field.fill(password);
    await field.press('Enter');
    await heading(page, 'El mensaje').waitFor();
    await expectAccessible(page);
    await picture(page, `recipient-phone-${colorScheme}-open`);
  });
});

test('the page with all that it loads is under 120 KiB, and its assets are kept by the browser', async () => {
  const url = await send();
  const page = await visit(url);
  await heading(page, 'A message is waiting for you').waitFor();
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce(
      (sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize,
      0,
    ),
  );
  expect(bytes).toBeLessThan(120 * 1024);
  proxy.forget();
  await page.reload();
  await heading(page, 'A message is waiting for you').waitFor();
  expect(proxy.sent).toContain('GET /s/');
  expect(proxy.sent).not.toContain('GET /assets/');
});
