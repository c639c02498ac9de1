import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { newOrg, VaultUser } from '../../api/vault/vault-user.ts';
import { button, type Dashboard, heading } from './dashboard.ts';

type Users<Names extends readonly string[]> = { readonly [Index in keyof Names]: VaultUser };

/** Creates users in a new org, each with a user secret but no keys yet. */
export async function newUsers<const Names extends readonly string[]>(
  { appliance: { target } }: Dashboard,
  ...names: Names
): Promise<Users<Names>> {
  const org = await newOrg(target);
  const users = names.map((name) => VaultUser.create(target, org, { name, keys: false }));
  return (await Promise.all(users)) as unknown as Users<Names>;
}

/** Signs out the current user, signs in as another one and opens a section. */
export async function switchTo(page: Page, { apiKey }: VaultUser, section: string): Promise<void> {
  const signOut = button(page, 'Sign out');
  if (await signOut.count()) await signOut.click();
  await button(page, 'Use an API key').click();
  await page.getByLabel('API key', { exact: true }).fill(apiKey);
  await button(page, 'Sign in').click();
  await page.getByRole('link', { name: section, exact: true }).click();
  await heading(page, section).waitFor();
}

export async function createKeys(page: Page, { secret }: Pick<VaultUser, 'secret'>): Promise<void> {
  await page.getByLabel('New user secret', { exact: true }).fill(secret);
  await page.getByLabel('Confirm user secret', { exact: true }).fill(secret);
  await button(page, 'Create keys').click();
  await button(page, 'Lock').waitFor();
}

export async function unlock(page: Page, secret: string): Promise<void> {
  await page.getByLabel('User secret', { exact: true }).fill(secret);
  await button(page, 'Unlock').click();
  await button(page, 'Lock').waitFor();
}

/** Returns the fingerprint that a user sees as their own. */
export async function ownFingerprint(page: Page): Promise<string | null> {
  return page.getByRole('region', { name: 'Your keys' }).locator('code').textContent();
}

/**
 * Expects that the browser has sent none of the secrets, in any encoding that a request could contain.
 *
 * @param sentinel something that it has sent, which proves that the recording works
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

/** Returns the base64 characters that depend only on `bytes`, if they start at `offset` within a group of three. */
function base64Inside(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  // The first and last characters also encode neighbouring bits.
  return text.slice(offset === 0 ? 0 : 4, -4);
}
