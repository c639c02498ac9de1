import { resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { StrongroomClient } from '../../client/index.ts';
import { createMessage } from '../../client/messages.ts';
import { choosePrimitives } from '../../crypto/providers/node.ts';
import * as dashboard from '../../web/dashboard/page.ts';
import type { Asset } from '../../web/linked-page.ts';
import * as recipient from '../../web/recipient/page.ts';
import { TestAppliance } from '../api/appliance.ts';
import { chromium } from '../browser/chromium.ts';
import { launch } from '../browser/launch.ts';

type Ready = (page: Page) => Promise<unknown>;

const rounds = 5;
/** As Lighthouse has a telephone: 1.6 Mbit/s, 150 ms there and back, a processor of a quarter of the speed. */
const phone = { latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8, slowdown: 4 };

/** How heavy the pages are, and how long it takes until they can be used, over that of an empty answer. */
export default async function run(): Promise<void> {
  await weigh('recipient’s page', await recipient.page(), await recipient.assets(), 120);
  await weigh('dashboard, first load', await dashboard.page(), await dashboard.firstLoad(), 200);
  await weigh('dashboard, all sections', await dashboard.page(), await dashboard.assets());

  const root = resolve(import.meta.dirname, '..', '..');
  process.env.CHROMIUM = await chromium({
    cwd: root,
    env: process.env,
    signal: new AbortController().signal,
  });
  const appliance = await TestAppliance.start();
  const browser = await launch();
  try {
    const { url } = appliance.target;
    const link = await messageLink(url);
    for (const [where, isPhone] of [
      ['here', false],
      ['as on a telephone', true],
    ] as const) {
      const measure = (address: string, ready: Ready) =>
        median(() => opened(browser, address, ready, isPhone));
      const empty = await measure(`${url}/health`, (page) => page.getByText('ok').waitFor());
      process.stdout.write(`${where}: an empty answer in ${empty.toFixed(0)} ms\n`);
      for (const [name, address, button] of [
        ['recipient’s page', link, 'Open message'],
        ['dashboard, the sign-in', `${url}/dashboard`, 'Sign in'],
      ] as const) {
        const time = await measure(address, (page) =>
          page.getByRole('button', { name: button, exact: true }).click({ trial: true }),
        );
        const ratio = (time / empty).toFixed(1);
        process.stdout.write(
          `  ${name.padEnd(26)}${time.toFixed(0).padStart(6)} ms  ${ratio} of an empty answer\n`,
        );
      }
    }
  } finally {
    await browser.close();
    await appliance.remove();
  }
}

async function weigh(
  name: string,
  { html }: { readonly html: string },
  assets: readonly Asset[],
  target?: number,
): Promise<void> {
  const contents = [html, ...assets.map(({ content }) => content)].map((text) => Buffer.from(text));
  const sum = (sizeOf: (content: Buffer) => number) =>
    `${(contents.reduce((bytes, content) => bytes + sizeOf(content), 0) / 1024).toFixed(1)} KiB`;
  const gzip = sum((content) => gzipSync(content, { level: 9 }).length);
  const brotli = sum((content) => brotliCompressSync(content).length);
  const plain = sum(({ length }) => length);
  const aim = target ? `  target ${target} KiB compressed` : '';
  process.stdout.write(`${name.padEnd(26)}${plain.padStart(12)}, gzip ${gzip}, brotli ${brotli}${aim}\n`);
}

async function messageLink(baseUrl: string): Promise<string> {
  const client = new StrongroomClient({ baseUrl });
  const { url } = await createMessage(client, await choosePrimitives(), { content: 'a secret' });
  return url;
}

/** Milliseconds from the navigation until `ready`, with nothing in the cache. */
async function opened(browser: Browser, address: string, ready: Ready, isPhone: boolean): Promise<number> {
  const context = await browser.newContext({ locale: 'en-GB' });
  try {
    const page = await context.newPage();
    if (isPhone) await slowDown(await context.newCDPSession(page));
    const begun = performance.now();
    await page.goto(address, { waitUntil: 'commit' });
    await ready(page);
    return performance.now() - begun;
  } finally {
    await context.close();
  }
}

async function slowDown(session: CDPSession): Promise<void> {
  const { slowdown, ...network } = phone;
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, ...network });
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure());
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number;
}
