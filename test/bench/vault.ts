import { randomBytes } from 'node:crypto';
import { TestAppliance } from '../api/appliance.ts';
import { newOrg, VaultUser } from '../api/vault/vault-user.ts';
import { type Load, load } from './load.ts';

const concurrency = 16;
const names = 256;

/** KV puts and gets a second, 1 KiB values, beside `GET /health` in the same run. */
export default async function run(): Promise<void> {
  process.stdout.write(
    `concurrency ${concurrency}, values of 1 KiB\n${''.padEnd(34)}calls/s      p50       p99\n`,
  );
  await measure('on', 6_000, 4_000);
  await measure('off', 160, 0);
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
