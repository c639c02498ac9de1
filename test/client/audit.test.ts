import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyAuditLog, verifyEntries } from '../../client/audit.ts';
import { StrongroomClient } from '../../client/index.ts';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';

/** Two installations with one past and one key, which tell different things of what came then. */
let [shown, other] = [] as unknown as [TestAppliance, TestAppliance];
let user: TestUser;

beforeAll(async () => {
  [shown, other] = [await TestAppliance.start(), await TestAppliance.start()];
  user = await TestUser.register(shown.target);
  await sealed(shown);
  await shown.end('SIGTERM');
  await other.end('SIGTERM');
  rmSync(other.data, { recursive: true });
  cpSync(shown.data, other.data, { recursive: true });
  for (const [appliance, secrets] of [
    [shown, 1],
    [other, 3],
  ] as const) {
    await appliance.start();
    for (let count = 0; count < secrets; count++) {
      const secret = { params: { name: `SECRET_${count}` }, body: { value: 'x' } };
      await clientOf(appliance).call('secrets.put', secret);
    }
    await sealed(appliance);
  }
}, 120_000);
afterAll(async () => {
  await shown.remove();
  await other.remove();
});

const clientOf = ({ target }: TestAppliance, fetch?: typeof globalThis.fetch) =>
  new StrongroomClient({
    baseUrl: target.url,
    credential: { apiKey: user.apiKey },
    ...(fetch && { fetch }),
  });
const entriesOf = async (client: StrongroomClient) => (await client.call('audit.list')).body.entries;

/** All entries that there are now are in the log. */
async function sealed(appliance: TestAppliance): Promise<void> {
  const client = clientOf(appliance);
  const nothingWaits = async () => {
    const log = await verifyAuditLog(client);
    expect((await verifyEntries(client, await entriesOf(client), log)).waiting).toBe(0);
  };
  await vi.waitFor(nothingWaits, { timeout: 30_000, interval: 500 });
}

test('entries are in the log that was verified', async () => {
  const client = clientOf(shown);
  const entries = await entriesOf(client);
  const log = await verifyAuditLog(client);
  expect(await verifyEntries(client, entries, log)).toEqual({ verified: entries.length, waiting: 0 });
});

test('a log that shows one thing and proves by another is found out, for what both have too', async () => {
  const split: typeof fetch = (input, init) => {
    const path = String(input).slice(shown.target.url.length);
    return fetch(`${(path.includes('/proof') ? other : shown).target.url}${path}`, init);
  };
  const client = clientOf(shown, split);
  const log = await verifyAuditLog(client);
  const common = (await entriesOf(client)).filter(({ action }) => action === 'auth.register');
  expect(common).toHaveLength(1);
  await expect(verifyEntries(client, common, log)).rejects.toMatchObject({ code: 'FORKED' });
});
