import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { newOrg, VaultUser } from '../../api/vault/vault-user.ts';
import { button, type Dashboard, heading } from './dashboard.ts';

type Users<Names extends readonly string[]> = { readonly [Index in keyof Names]: VaultUser };

/** Users of one org, each with a user secret in mind and no keys yet. */
export async function newUsers<const Names extends readonly string[]>(
  { appliance: { target } }: Dashboard,
  ...names: Names
): Promise<Users<Names>> {
  const org = await newOrg(target);
  const users = names.map((name) => VaultUser.create(target, org, { name, keys: false }));
  return (await Promise.all(users)) as unknown as Users<Names>;
}

/** Signs in as a user, in place of whoever is signed in, and opens a section. */
export async function switchTo(page: Page, { apiKey }: VaultUser, section: string): Promise<void> {
  const out = button(page, 'Sign out');
  if (await out.count()) await out.click();
  await button(page, 'Use an API key').click();
  await page.getByLabel('API key', { exact: true }).fill(apiKey);
  await button(page, 'Sign in').click();
  await page.getByRole('link', { name: section, exact: true }).click();
  await heading(page, section).waitFor();
}

export async function createKeys(page: Page, { secret }: Pick<VaultUser, 'secret'>): Promise<void> {
  await page.getByLabel('New user secret', { exact: true }).fill(secret);
  await page.getByLabel('The same again', { exact: true }).fill(secret);
  await button(page, 'Make the keys').click();
  await button(page, 'Lock').waitFor();
}

export async function unlock(page: Page, secret: string): Promise<void> {
  await page.getByLabel('User secret', { exact: true }).fill(secret);
  await button(page, 'Unlock').click();
  await button(page, 'Lock').waitFor();
}

/** The fingerprint that a user reads out, which is where others find it too. */
export async function ownFingerprint(page: Page): Promise<string | null> {
  return page.getByRole('region', { name: 'Your keys' }).locator('code').textContent();
}

/**
 * That the browser has sent none of these, in any of the forms that a request could hold them in.
 *
 * @param sentinel something that it has sent, so that it is known where to look
 */
export function expectKept(
  { proxy: { sent } }: Dashboard,
  secrets: readonly string[],
  sentinel: string,
): void {
  expect(sent).toContain(sentinel);
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    const forms = [
      ...['latin1', 'hex'].map((encoding) => bytes.toString(encoding as BufferEncoding)),
      ...[0, 1, 2].map((offset) => base64Inside(bytes, offset)),
      ...[encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
    ];
    for (const form of forms) expect(sent.includes(form), `${secret} as ${form}`).toBe(false);
  }
}

/** What base64 shows of bytes that begin so far within a group of three. */
function base64Inside(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  // The first and last characters hold bits of what is beside.
  return text.slice(offset === 0 ? 0 : 4, -4);
}
