import { setTimeout as after } from 'node:timers/promises';
import type { Background } from '../../platform/background.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Lease, Sandboxes } from '../../platform/sandboxes.ts';

type PortCall = { readonly name: string; readonly begun: number; ended: number };

/** Longer than anything a handler does between two calls, so a call that begins later has waited for the earlier. */
const roundTripMs = 20;

/** Calls without a round trip: both adapters fetch public keys once per process, and sign URLs locally. */
const local = new Set(['keys.publicKeys', 'objects.signPart', 'objects.signGet']);

/** Does nothing: real background work would call ports during the next operation. */
const noBackground: Background = { begin: async () => undefined };

/** A platform that records each port call, and delays it by a round trip to a store across a network. */
export class RecordedPlatform {
  readonly platform: Platform;
  #calls: PortCall[] = [];

  constructor({ table, objects, keys, sandboxes, builder, generator }: Platform) {
    this.platform = {
      table: this.#record('table', table),
      objects: this.#record('objects', objects),
      keys: this.#record('keys', keys),
      sandboxes: this.#recordSandboxes(sandboxes),
      builder: this.#record('builder', builder),
      generator: this.#record('generator', generator),
      background: this.#record('background', noBackground),
    };
  }

  /** Returns the calls since the last `take`, and the longest row of calls that waited for one another. */
  take(): { readonly calls: readonly string[]; readonly inARow: number } {
    const calls = this.#calls.sort((a, b) => a.begun - b.begun);
    this.#calls = [];
    const rows: number[] = [];
    for (const [position, { begun }] of calls.entries()) {
      const before = rows.filter((_, earlier) => (calls[earlier] as PortCall).ended <= begun);
      rows[position] = 1 + Math.max(0, ...before);
    }
    return { calls: calls.map(({ name }) => name), inARow: Math.max(0, ...rows) };
  }

  #recordSandboxes(sandboxes: Sandboxes): Sandboxes {
    const recorded = this.#record('sandboxes', sandboxes);
    return {
      ping: () => recorded.ping(),
      reattach: async (tenant, sandboxId) => {
        const lease = await recorded.reattach(tenant, sandboxId);
        return lease && this.#record('lease', lease);
      },
      lease: async (tenant, waitMs) => {
        const lease: Lease = await recorded.lease(tenant, waitMs);
        return this.#record('lease', lease);
      },
    };
  }

  #record<Port extends object>(port: string, target: Port): Port {
    return new Proxy(target, {
      get: (_, name: string & keyof Port) => {
        const method = target[name];
        if (typeof method !== 'function') return method;
        if (local.has(`${port}.${name}`)) return method.bind(target);
        return async (...values: unknown[]) => {
          const call = { name: `${port}.${name}`, begun: performance.now(), ended: Number.POSITIVE_INFINITY };
          this.#calls.push(call);
          await after(roundTripMs);
          try {
            return await method.apply(target, values);
          } finally {
            call.ended = performance.now();
          }
        };
      },
    });
  }
}
