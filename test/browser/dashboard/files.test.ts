import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { StrongroomClient } from '../../../client/index.ts';
import { vaultCryptoForNode } from '../../../client/node.ts';
import { openVaultFile } from '../../../client/vault/download.ts';
import { Vault } from '../../../client/vault/vault.ts';
import type { VaultUser } from '../../api/vault/vault-user.ts';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, phone } from './dashboard.ts';
import { createKeys, expectKept, newUsers, ownFingerprint, switchTo, unlock } from './vault-page.ts';

const dashboard = Dashboard.forTests();
const folder = mkdtempSync(join(tmpdir(), 'strongroom-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const marker = 'a line of the file that no one may see';
/** Larger than one part. */
const large = Buffer.concat([Buffer.from(marker), randomBytes(9 * 1024 * 1024), Buffer.from(marker)]);

function fileNamed(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function choose(page: Page, name: string, path: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, name).click()]);
  await chooser.setFiles(path);
}

/** Reads a user's file with the client library, outside the browser. */
async function readElsewhere(user: VaultUser): Promise<{ name: string; content: Buffer }> {
  const client = new StrongroomClient({ baseUrl: user.target.url, credential: { apiKey: user.apiKey } });
  const vault = await Vault.unlock(client, await vaultCryptoForNode(), user.secret);
  const [file] = (await user.call('GET', '/v1/sealed/files')).body;
  const opened = await openVaultFile(vault, file.id);
  const pieces: Uint8Array[] = [];
  for await (const piece of opened.read()) pieces.push(piece);
  return { name: opened.fileName, content: Buffer.concat(pieces) };
}

async function downloaded(page: Page, name: string): Promise<{ name: string; content: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, `Download: ${name}`).click(),
  ]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

/** Waits until the upload fails: the client retries a part several times, with pauses. */
async function untilBroken(page: Page, name: string): Promise<void> {
  const count = async () => {
    await page.clock.fastForward('00:05');
    return button(page, `Resume: ${name}`).count();
  };
  await expect.poll(count, { timeout: 10_000, interval: 200 }).toBe(1);
}

/** Simulates a browser that cannot write files in pieces. */
const withoutPicker = () => {
  delete (globalThis as { showSaveFilePicker?: unknown }).showSaveFilePicker;
};

describe('files', () => {
  test('are uploaded, downloaded and shared encrypted; neither content nor name is sent', async () => {
    const [alice, bernd] = await newUsers(dashboard, 'Alice', 'Bernd');
    const page = await dashboard.visit();
    await page.addInitScript(withoutPicker);
    await page.reload();
    await switchTo(page, bernd, 'Vault');
    await createKeys(page, bernd);
    const fingerprint = (await ownFingerprint(page)) ?? '';
    await switchTo(page, alice, 'Files');
    await createKeys(page, alice);
    await page.getByText('No files yet.').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-files-none');

    const name = 'Geheimer Plan Ærø.bin';
    dashboard.proxy.forget();
    await choose(page, 'Choose files', fileNamed(name, large));
    await page.getByRole('row', { name: `${name} 9 MiB` }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-files');
    expect(await readElsewhere(alice)).toEqual({ name, content: large });
    expect(await downloaded(page, name)).toEqual({ name, content: large });

    await button(page, `Share: ${name}`).click();
    await page.getByLabel('Person').selectOption('Bernd');
    await page.getByRole('dialog').getByText(fingerprint).waitFor();
    await page.getByLabel('Expires').selectOption('After 1 day');
    await expectAccessible(page);
    await button(page, 'Share').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await switchTo(page, bernd, 'Files');
    await unlock(page, bernd.secret);
    await page.getByRole('row', { name: `${name} Alice 9 MiB` }).waitFor();
    await picture(page, 'dashboard-files-received');
    expect(await downloaded(page, name)).toEqual({ name, content: large });
    expectKept(dashboard, [alice.secret, bernd.secret, marker, name], '/v1/sealed/files');
    expect(dashboard.proxy.sent).toContain('PUT /objects/');

    await switchTo(page, alice, 'Files');
    await unlock(page, alice.secret);
    await button(page, `Share: ${name}`).click();
    await button(page, 'Revoke: Bernd').click();
    await page.getByText('Not shared yet.').waitFor();
    expect((await bernd.call('GET', '/v1/sealed/files/shared')).body).toEqual([]);
    await button(page, 'Close').click();
    await button(page, `Delete: ${name}`).click();
    await expectAccessible(page);
    await button(page, 'Delete').click();
    await page.getByText('No files yet.').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('are uploaded when dropped, and written to disk in pieces', async () => {
    const [alice] = await newUsers(dashboard, 'Alice');
    await alice.generate();
    const page = await dashboard.visit();
    // A real file in the browser's own file system: a test cannot answer the file picker.
    await page.evaluate(() => {
      const pick = async ({ suggestedName }: { suggestedName: string }) =>
        (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
      Object.assign(globalThis, { showSaveFilePicker: pick });
    });
    await switchTo(page, alice, 'Files');
    await unlock(page, alice.secret);
    const dropped = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'one.txt', { type: 'text/plain' }));
      transfer.items.add(new File([], 'empty.txt'));
      return transfer;
    }, marker);
    await page.dispatchEvent('main', 'dragover', { dataTransfer: dropped });
    await page.locator('.empty.over').waitFor();
    await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
    await page.getByRole('row', { name: 'one.txt' }).waitFor();
    await page.getByRole('row', { name: 'empty.txt 0 B' }).waitFor();

    const onDisk = (name: string) =>
      page.evaluate(async (wanted) => {
        const directory = await navigator.storage.getDirectory();
        return (await (await directory.getFileHandle(wanted)).getFile()).text();
      }, name);
    await button(page, 'Download: one.txt').click();
    await expect.poll(() => onDisk('one.txt').catch(() => '')).toBe(marker);
    expectKept(dashboard, [alice.secret, marker, 'one.txt', 'empty.txt'], '/v1/files/uploads');
    expect(dashboard.complaints).toEqual([]);
  });

  test('can be resumed after an interruption, immediately or after locking the vault, or canceled', async () => {
    const [alice] = await newUsers(dashboard, 'Alice');
    await alice.generate();
    const page = await dashboard.visit();
    await switchTo(page, alice, 'Files');
    await unlock(page, alice.secret);
    const path = fileNamed('broken.bin', large);
    let isBroken = true;
    await page.route(/partNumber=2/, (route) => (isBroken ? route.abort() : route.continue()));
    await page.clock.install();
    await choose(page, 'Choose files', path);
    const uploads = page.getByRole('list', { name: 'Uploads in progress' });
    await uploads.getByText('8 MiB of 9 MiB').waitFor();
    await picture(page, 'dashboard-files-uploading');
    await expectAccessible(page);
    await untilBroken(page, 'broken.bin');
    await expectAccessible(page);
    await picture(page, 'dashboard-files-broken');

    await button(page, 'Lock').click();
    await unlock(page, alice.secret);
    await page.getByRole('heading', { name: 'Unfinished uploads' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-files-unfinished');
    await choose(page, 'Choose file and resume: broken.bin', fileNamed('other.bin', 'other'));
    await page.getByText('This is a different file. Choose broken.bin').waitFor();
    isBroken = false;
    dashboard.proxy.forget();
    await choose(page, 'Choose file and resume: broken.bin', path);
    await page.getByRole('row', { name: 'broken.bin 9 MiB' }).waitFor();
    // The first part was not sent again.
    expect(dashboard.proxy.sent).not.toContain('partNumber=1');
    expect((await readElsewhere(alice)).content).toEqual(large);

    isBroken = true;
    await choose(page, 'Choose files', fileNamed('again.bin', large));
    await untilBroken(page, 'again.bin');
    isBroken = false;
    await button(page, 'Resume: again.bin').click();
    await page.getByRole('row', { name: 'again.bin 9 MiB' }).waitFor();

    isBroken = true;
    await choose(page, 'Choose files', fileNamed('unwanted.bin', large));
    await uploads.getByText('8 MiB of 9 MiB').waitFor();
    await button(page, 'Cancel: unwanted.bin').click();
    await uploads.waitFor({ state: 'detached' });
    await expect.poll(async () => (await alice.call('GET', '/v1/files/uploads')).body).toEqual([]);
  });

  test('fit a phone, in dark mode and in Spanish', async () => {
    const [alice, bernd] = await newUsers(dashboard, 'Alicia', 'Bernd');
    for (const user of [alice, bernd]) await user.generate();
    await alice.upload('un archivo', { fileName: 'copia-de-seguridad-de-la-tienda-2026-11-27.tar.gz' });
    const shared = await bernd.upload('otro', { fileName: 'compartido.txt' });
    await bernd.shareFile(shared, alice);
    const page = await dashboard.visit('/dashboard', phone);
    await button(page, 'Usar una clave de API').click();
    await page.getByLabel('Clave de API', { exact: true }).fill(alice.apiKey);
    await button(page, 'Iniciar sesión').click();
    await heading(page, 'Secretos').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/files`);
    await page.getByLabel('Secreto de usuario', { exact: true }).fill(alice.secret);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /^copia-de-seguridad/ }).waitFor();
    await page.getByRole('row', { name: /^compartido\.txt/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-files-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
