import { setTimeout as after } from 'node:timers/promises';
import { TestAppliance } from '../api/appliance.ts';
import { call } from '../api/target.ts';
import { sr2Ciphertext } from '../support/ciphertext.ts';
import { Opener } from '../support/openers.ts';
import { type Figures, load } from './load.ts';

const concurrency = 16;
const calls = 3_000;
const contentBytes = 1024;
const race = { messages: 200, openers: 10 };

/**
 * Messages created and opened a second on this machine, the load generator beside the appliance; then how many
 * recipients had a message that one may have, of ten concurrently, with the appliance killed in between.
 */
export default async function run(): Promise<void> {
  const appliance = await TestAppliance.start();
  try {
    const { url } = appliance.target;
    const body = () => JSON.stringify({ encryptedContent: sr2Ciphertext(contentBytes), maxAccess: 1 });
    const creating = { url, method: 'POST', path: () => '/api/messages', body, expected: [201] };
    const opening = (ids: readonly string[]) => ({
      url,
      method: 'POST',
      path: (number: number) => `/api/messages/${ids[number]}/open`,
      expected: [200],
    });
    const liveness = { url, method: 'GET', path: () => '/health', expected: [200] };
    const waiting = await Promise.all(Array.from({ length: calls }, () => create(appliance)));

    await load(liveness, calls / 10, concurrency);
    const health = await load(liveness, calls, concurrency);
    const rows: [string, Figures][] = [
      ['create', await load(creating, calls, concurrency)],
      ['open, the last access', await load(opening(waiting), calls, concurrency)],
    ];
    process.stdout.write(`${contentBytes} bytes, concurrency ${concurrency}\n`);
    for (const [name, { perSecond, p50, p99 }] of rows) {
      const share = `${(perSecond / health.perSecond).toFixed(2)} of GET /health`;
      const times = `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`;
      process.stdout.write(`${name.padEnd(32)}${perSecond.toFixed(0).padStart(7)}/s  ${times}  ${share}\n`);
    }
    for (const kills of [0, 3]) await deliveries(appliance, kills);
  } finally {
    await appliance.remove();
  }
}

async function create({ target }: TestAppliance): Promise<string> {
  const body = { encryptedContent: sr2Ciphertext(contentBytes), maxAccess: 1 };
  return (await call(target, 'POST', '/api/messages', { body })).body.data.messageId;
}

async function deliveries(appliance: TestAppliance, kills: number): Promise<void> {
  const ids = await Promise.all(Array.from({ length: race.messages }, () => create(appliance)));
  const openers = ids.flatMap((id) => Array.from({ length: race.openers }, () => new Opener(id)));
  const lost = () => openers.filter(({ outcome }) => outcome === 'lost');
  for (let kill = 0; kill <= kills; kill++) {
    const answered = openers.length - lost().length;
    const opening = Promise.all(lost().map((opener) => opener.open(appliance.target)));
    if (kill < kills) {
      while (openers.length - lost().length === answered) await after(1);
      await appliance.end('SIGKILL');
    }
    await opening;
    if (kill < kills) await appliance.start();
  }
  const delivered = openers.filter(({ outcome }) => outcome === 'delivered').length;
  const ratio = (delivered / race.messages).toFixed(2);
  const what = `deliveries a message, killed ${kills} times`;
  process.stdout.write(`${what.padEnd(40)}${ratio}  target 1.00; ${lost().length} without an answer\n`);
}
