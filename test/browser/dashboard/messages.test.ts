import type { Locator } from 'playwright-core';
import decodeQR from 'qr/decode.js';
import { describe, expect, test } from 'vitest';
import { expectAccessible, picture } from '../browser.ts';
import { button, Dashboard, heading, openSection, phone } from './dashboard.ts';

const dashboard = Dashboard.forTests();

/** Decodes a QR code from its pixels on the screen. */
async function readQrCode(code: Locator): Promise<string> {
  const base64 = (await code.screenshot()).toString('base64');
  const { pixels, ...size } = await code.page().evaluate(async (source) => {
    const image = Object.assign(new Image(), { src: source });
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    return { width, height, pixels: [...(context?.getImageData(0, 0, width, height).data ?? [])] };
  }, `data:image/png;base64,${base64}`);
  return decodeQR({ ...size, data: Uint8Array.from(pixels) });
}

describe('messages', () => {
  test('are encrypted in the browser and opened by their link; neither key nor text is sent', async () => {
    const page = await dashboard.visit();
    await dashboard.register(page);
    await openSection(page, 'Messages');
    await page.getByLabel('Secret message').fill('the planted text of a message');
    await page.getByLabel('Name', { exact: true }).fill('for Bob');
    await button(page, 'Create link').click();
    const link = await page.getByLabel('Message link', { exact: true }).inputValue();
    await page.getByRole('row', { name: /for Bob/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-messages');
    expect(await readQrCode(page.getByRole('img', { name: 'QR code of the message link' }))).toBe(link);
    const key = link.slice(link.indexOf('#') + 1);
    expect(key.length).toBeGreaterThan(20);
    const { sent } = dashboard.proxy;
    expect(sent).not.toContain(key);
    expect(sent).not.toContain('the planted text of a message');

    await page.goto(link);
    await page.getByRole('button', { name: 'Open message' }).click();
    await page.getByText('the planted text of a message').waitFor();
    await page.goto(`${dashboard.proxy.url}/dashboard#/messages`);
    await heading(page, 'Messages').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  test('fit a phone, in dark mode and in Spanish', async () => {
    const page = await dashboard.visitSection('messages', 'Mensajes', phone);
    await page.getByLabel('Mensaje secreto').fill('un secreto');
    await button(page, 'Crear enlace').click();
    const link = await page.getByLabel('Enlace del mensaje', { exact: true }).inputValue();
    expect(await readQrCode(page.getByRole('img', { name: 'Código QR del enlace del mensaje' }))).toBe(link);
    await expectAccessible(page);
    await picture(page, 'dashboard-messages-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});
