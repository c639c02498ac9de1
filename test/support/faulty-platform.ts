import type { Platform } from '../../platform/platform.ts';

/**
 * How a port call fails:
 *
 * - `refused`: it rejects, and nothing was done.
 * - `throttled`: it rejects with the error of a store that is too busy, and nothing was done.
 * - `lost`: it is done, but its response is lost, so it rejects.
 * - `timedOut`: it rejects now, and is done later.
 */
export const faults = ['refused', 'throttled', 'lost', 'timedOut'] as const;
export type Fault = (typeof faults)[number];

export class PortFault extends Error {
  override readonly name: string;

  constructor(fault: Fault) {
    super(`${fault} by the test`);
    this.name = fault === 'throttled' ? 'ThrottlingException' : 'PortFault';
  }
}

/** About two commits of the local store later, so that the response is already being sent. */
const lateMs = 5;

/** A platform on which one call fails, counted from the moment that it is armed. */
export class FaultyPlatform {
  readonly platform: Platform;
  #calls = 0;
  #armed: { readonly at: number; readonly fault: Fault } | undefined;
  #late: Promise<unknown>[] = [];

  constructor(platform: Platform) {
    this.platform = {
      ...platform,
      table: this.#wrap(platform.table),
      objects: this.#wrap(platform.objects),
      keys: this.#wrap(platform.keys),
    };
  }

  /** Makes the call with this number fail, counted from 0 from now on. */
  arm(at: number, fault: Fault): void {
    this.#calls = 0;
    this.#armed = { at, fault };
  }

  /** Stops failing, and waits for calls that timed out. @returns the number of calls since it was armed */
  async disarm(): Promise<number> {
    this.#armed = undefined;
    await Promise.allSettled(this.#late);
    this.#late = [];
    return this.#calls;
  }

  #wrap<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...values: unknown[]) => this.#call(() => method.apply(target, values));
      },
    });
  }

  async #call(make: () => Promise<unknown>): Promise<unknown> {
    const at = this.#calls++;
    if (this.#armed?.at !== at) return make();
    const { fault } = this.#armed;
    if (fault === 'lost') await make();
    if (fault === 'timedOut') {
      const later = new Promise((resolve) => setTimeout(resolve, lateMs)).then(make);
      later.catch(() => undefined);
      this.#late.push(later);
    }
    throw new PortFault(fault);
  }
}
