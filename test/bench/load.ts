import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

export type Load = {
  readonly url: string;
  readonly method: string;
  readonly path: (number: number) => string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: (number: number) => string;
  /** Status that every answer must have. */
  readonly expected: readonly number[];
};

export type Figures = { readonly perSecond: number; readonly p50: number; readonly p99: number };

/** Keeps so many calls under way at a time, for so many calls in all; times in ms. */
export async function load(
  { url, method, path, headers, body, expected }: Load,
  calls: number,
  concurrency: number,
): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const number = next++;
      const begun = performance.now();
      const status = await send(agent, new URL(path(number), url), method, headers, body?.(number));
      times.push(performance.now() - begun);
      if (!expected.includes(status)) throw new Error(`${method} ${path(number)} answered ${status}`);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - begun) / 1000;
  agent.destroy();
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { perSecond: calls / seconds, p50: at(0.5), p99: at(0.99) };
}

function send(
  agent: Agent,
  url: URL,
  method: string,
  headers: OutgoingHttpHeaders = {},
  body = '',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const type = body
      ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      : {};
    const outgoing = request(url, { agent, method, headers: { ...headers, ...type } }, (incoming) => {
      incoming.resume();
      incoming.once('end', () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
