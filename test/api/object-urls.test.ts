import { afterEach, describe, expect, test } from 'vitest';
import { TestAppliance } from './appliance.ts';
import { newOrg, VaultUser } from './vault/vault-user.ts';

let appliance: TestAppliance;
afterEach(() => appliance.remove());

/** Returns the URL of a file's content for a caller who uses this address of the appliance. */
async function urlOfFile(address: (url: string) => string): Promise<string> {
  const { target } = appliance;
  const user = await VaultUser.create(target, await newOrg(target));
  const id = await user.upload('content');
  const caller = new VaultUser({ ...target, url: address(target.url) }, user);
  return (await caller.call('GET', `/v1/files/${id}/download`)).body.url;
}

describe('signed URLs of objects', () => {
  test('point to where the request was sent, so that a page may follow them', async () => {
    appliance = await TestAppliance.start();
    const named = (url: string) => url.replace('127.0.0.1', 'localhost');
    const url = await urlOfFile(named);
    expect(url.startsWith(`${named(appliance.target.url)}/objects/`)).toBe(true);
    expect((await fetch(url)).status).toBe(200);
  });

  test('point to the public URL if one is configured', async () => {
    appliance = await TestAppliance.start({ STRONGROOM_PUBLIC_URL: 'https://example.com/room/' });
    expect(await urlOfFile((url) => url)).toMatch(/^https:\/\/example\.com\/room\/objects\//);
  });
});
