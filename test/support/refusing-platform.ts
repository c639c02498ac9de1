import { setTimeout as after } from 'node:timers/promises';
import type { Platform } from '../../platform/platform.ts';
import type { Increment, Write } from '../../platform/table.ts';

/** Longer than anything that a handler does before its first write, so that a write that does not wait is seen. */
const admissionMs = 100;

/** Methods that change nothing and cost little. Everything else is a write. */
const reads = new Set([
  ...['table.get', 'table.query', 'objects.list', 'objects.listParts', 'objects.signPart', 'objects.signGet'],
  ...['keys.sign', 'keys.publicKeys', 'keys.generateDataKey', 'keys.openDataKey'],
  ...['builder.outcome', 'builder.source'],
]);

/**
 * A platform that refuses callers on demand, as if their rate limit were reached, and records what is written
 * meanwhile.
 */
export class RefusingPlatform {
  readonly platform: Platform;
  #isRefusing = false;
  #writes: string[] = [];

  constructor(platform: Platform) {
    const ports = Object.entries(platform).map(([name, port]) => [name, this.#wrap(name, port)]);
    this.platform = Object.fromEntries(ports);
  }

  /** Sends a request as a caller whose rate limit is reached. @returns its result, and the writes of its handler */
  async refuse<T>(
    request: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly writes: readonly string[] }> {
    this.#isRefusing = true;
    this.#writes = [];
    const result = await request();
    // A handler that does not wait may still be running.
    await after(admissionMs / 2);
    this.#isRefusing = false;
    return { result, writes: this.#writes };
  }

  #wrap(port: string, target: object): object {
    return new Proxy(target, {
      get: (_, method: string) => {
        const call: unknown = Reflect.get(target, method);
        if (typeof call !== 'function') return call;
        return async (...values: unknown[]) => {
          const name = `${port}.${method}`;
          if (this.#isRefusing && name === 'table.increment' && isRateLimit(values[0] as Increment)) {
            await after(admissionMs);
            return undefined;
          }
          if (this.#isRefusing && !reads.has(name) && !isOfPipeline(name, values[0])) this.#writes.push(name);
          return Reflect.apply(call, target, values);
        };
      },
    });
  }
}

/** Tells the rate limits of routes from the one of user secrets, which handlers count. */
function isRateLimit({ table, key }: Increment): boolean {
  return table === 'counters' && /^limit#(api|auth|message)#/.test(key.pk);
}

/**
 * Recognizes what the pipeline itself writes for a refused request: an audit number, an audit entry, the use of a
 * token.
 */
function isOfPipeline(name: string, value: unknown): boolean {
  if (name === 'table.increment') return (value as Increment).key.pk === 'audit';
  if (name !== 'table.transact') return false;
  return (value as readonly Write[]).every(({ table }) => table === 'audit' || table === 'tokens');
}
