import { randomBytes } from 'node:crypto';
import { mkdtempSync, openAsBlob, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StrongroomClient } from '../../client/index.ts';
import { openVaultFile } from '../../client/vault/download.ts';
import { uploadFile } from '../../client/vault/upload.ts';
import { Vault } from '../../client/vault/vault.ts';
import { native } from '../../crypto/providers/native.ts';
import { vaultCrypto } from '../../crypto/vault/vault-crypto.ts';
import { TestAppliance } from '../api/appliance.ts';
import { newOrg, VaultUser } from '../api/vault/vault-user.ts';
import { type Load, load } from './load.ts';

const concurrency = 16;
const names = 256;
const fileGiB = 2;

/**
 * KV puts and gets a second, 1 KiB values, beside `GET /health` in the same run; then a large file. What the crypto takes
 * by itself is in `crypto`, how many calls of the platform wait for one another in `calls`.
 */
export default async function run(): Promise<void> {
  process.stdout.write(
    `concurrency ${concurrency}, values of 1 KiB\n${''.padEnd(34)}calls/s      p50       p99\n`,
  );
  await measure('on', 6_000, 4_000);
  await measure('off', 160, 0);
  await transfer();
}

/** A large file by the client library, and what that takes of this process's memory beyond what it had. */
async function transfer(): Promise<void> {
  const appliance = await TestAppliance.start();
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  try {
    const { target } = appliance;
    const user = await VaultUser.create(target, await newOrg(target));
    const client = new StrongroomClient({ baseUrl: target.url, credential: { apiKey: user.apiKey } });
    const vault = await Vault.unlock(client, vaultCrypto(native), user.secret);
    const path = join(folder, 'large');
    writeFileSync(path, '');
    truncateSync(path, fileGiB * 2 ** 30);
    const content = await openAsBlob(path);
    let id = '';
    await grows(`upload of ${fileGiB} GiB`, async () => {
      id = await uploadFile(vault, content);
    });
    await grows(`download of ${fileGiB} GiB`, async () => {
      for await (const _ of (await openVaultFile(vault, id)).read());
    });
    vault.close();
  } finally {
    rmSync(folder, { recursive: true });
    await appliance.remove();
  }
}

async function grows(what: string, work: () => Promise<void>): Promise<void> {
  const idle = process.memoryUsage.rss();
  let most = idle;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const begun = performance.now();
  await work();
  clearInterval(watch);
  const rate = (fileGiB * 1024) / ((performance.now() - begun) / 1000);
  const more = (most - idle) / 2 ** 20;
  process.stdout.write(
    `${what.padEnd(34)}${rate.toFixed(0).padStart(7)} MiB/s, ${more.toFixed(0)} MiB above idle, target 128\n`,
  );
}

async function measure(cache: 'on' | 'off', gets: number, puts: number): Promise<void> {
  const appliance = await TestAppliance.start({ STRONGROOM_KEK_CACHE: cache });
  try {
    const { target } = appliance;
    const user = await VaultUser.create(target, await newOrg(target));
    for (let name = 0; name < names; name++) await user.put(`bench-${name}`, 'x'.repeat(1024));
    const { url } = target;
    const path = (number: number) => `/v1/kv/bench-${number % names}`;
    const headers = { 'x-api-key': user.apiKey };
    const valueB64 = randomBytes(1024).toString('base64');
    const loads: readonly (readonly [string, number, Load])[] = [
      ['GET /health', 8_000, { url, method: 'GET', path: () => '/health', expected: [200] }],
      [
        'PUT /v1/kv/{key}',
        puts,
        {
          url,
          method: 'PUT',
          path,
          headers,
          body: () => JSON.stringify({ valueB64 }),
          expected: [200, 201, 409],
        },
      ],
      [
        `GET /v1/kv/{key}, KEK ${cache === 'on' ? 'warm' : 'derived'}`,
        gets,
        { url, method: 'GET', path, headers: { ...headers, 'x-user-secret': user.secret }, expected: [200] },
      ],
    ];
    let liveness = Number.NaN;
    for (const [name, calls, one] of loads) {
      if (calls === 0) continue;
      await load(one, calls / 10, concurrency);
      const { perSecond, p50, p99 } = await load(one, calls, concurrency);
      if (Number.isNaN(liveness)) liveness = perSecond;
      const share = `${(perSecond / liveness).toFixed(3)} of GET /health`;
      const columns = `${perSecond.toFixed(0).padStart(7)}${ms(p50)}${ms(p99)}   ${share}`;
      process.stdout.write(`${name.padEnd(34)}${columns}\n`);
    }
  } finally {
    await appliance.remove();
  }
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`.padStart(10);
}
