import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';
import { type Load, load } from './load.ts';

const concurrency = 16;

/** Calls a second and latency of the appliance on this machine, the load generator beside it. */
export default async function run(): Promise<void> {
  const appliance = await TestAppliance.start();
  try {
    const user = await TestUser.register(appliance.target);
    const headers = { 'x-api-key': user.apiKey };
    const { url } = appliance.target;
    const loads: Record<string, [calls: number, load: Load]> = {
      'GET /health': [8_000, { url, method: 'GET', path: () => '/health', expected: [200] }],
      'GET /api/v1/secrets': [
        4_000,
        { url, method: 'GET', path: () => '/api/v1/secrets', headers, expected: [200] },
      ],
      'PUT /api/v1/secrets/{name}': [
        4_000,
        {
          url,
          method: 'PUT',
          path: (number) => `/api/v1/secrets/BENCH_${number % 64}`,
          headers,
          body: (number) => JSON.stringify({ value: `value ${number}` }),
          expected: [200, 201],
        },
      ],
      'POST /api/v1/execute print(1)': [
        2_000,
        {
          url,
          method: 'POST',
          path: () => '/api/v1/execute',
          headers,
          body: () => JSON.stringify({ code: 'print(1)', secrets: 'none' }),
          expected: [200],
        },
      ],
      'POST /api/login': [
        100,
        {
          url,
          method: 'POST',
          path: () => '/api/login',
          body: () => JSON.stringify({ email: user.email, password: user.password }),
          expected: [200],
        },
      ],
    };
    process.stdout.write(`concurrency ${concurrency}\n${''.padEnd(32)}calls/s      p50       p99\n`);
    let liveness = Number.NaN;
    for (const [name, [calls, target]] of Object.entries(loads)) {
      await load(target, calls / 10, concurrency);
      const { perSecond, p50, p99 } = await load(target, calls, concurrency);
      if (Number.isNaN(liveness)) liveness = perSecond;
      const share = `${(perSecond / liveness).toFixed(2)} of GET /health`;
      process.stdout.write(
        `${name.padEnd(32)}${perSecond.toFixed(0).padStart(7)}${ms(p50)}${ms(p99)}   ${share}\n`,
      );
    }
  } finally {
    await appliance.remove();
  }
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`.padStart(10);
}
