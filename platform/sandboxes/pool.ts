import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Job,
  type JobResult,
  SandboxLost,
  SandboxUnavailable,
} from '../../sandbox-image/protocol/job.ts';
import {
  type AttachOptions,
  type Lease,
  NoSandboxFree,
  type RunOptions,
  type Sandboxes,
  type Tenant,
} from '../sandboxes.ts';
import { ConditionFailed, type Item, type Table } from '../table.ts';
import { SandboxClient } from './client.ts';

/** Starts and ends sandboxes, and registers them in the table of the pool. */
export type SandboxProvider = {
  /**
   * Requests another sandbox. Resolves when one was registered, or when none is available at the moment.
   *
   * @throws SandboxUnavailable if the provider cannot start any
   */
  request(): Promise<void>;
  /** Called when a tenant starts to use a sandbox. */
  onLease(sandboxId: string): void;
  /** Called when a tenant stops using it. */
  onRelease(sandboxId: string): void;
  /** Called when a sandbox misbehaves or does not respond. */
  retire(sandboxId: string): Promise<void>;
  /** @throws SandboxUnavailable */
  check(): Promise<void>;
};

/** A sandbox that is ready. */
export type Registration = {
  readonly sandboxId: string;
  /** `http://host:port` or `unix:/path`. */
  readonly url: string;
  readonly publicKey: Uint8Array;
};

const partition = 'sandbox';
const pollMs = 100;
/** How long a lease is valid after its last use. */
const leaseMs = 15 * 60_000;
/** A lease is renewed at most this often. */
const renewMs = 60_000;
/** A retired sandbox stays in the table: its task is listed for a while, and must not be mistaken for a new one. */
const rememberedSeconds = 24 * 60 * 60;

type Held = {
  readonly sandboxId: string;
  readonly publicKey: Uint8Array;
  readonly client: SandboxClient;
  renewAt: number;
};

/** Registers a sandbox in the pool, which then leases it to one tenant, once. */
export async function register(table: Table, { sandboxId, url, publicKey }: Registration): Promise<void> {
  const item = { pk: partition, sk: sandboxId, state: 'ready', url, publicKey, registeredAt: Date.now() };
  await table.transact([{ table: 'sandboxes', put: item, if: ['absent'] }]);
}

export async function unregister(table: Table, sandboxId: string): Promise<void> {
  await table.transact([{ table: 'sandboxes', delete: { pk: partition, sk: sandboxId } }]);
}

function retired(now: number) {
  return { state: 'retired', ttl: Math.ceil(now / 1000) + rememberedSeconds };
}

/**
 * Retires a sandbox if its state has not changed since it was read. A retired sandbox is never leased.
 *
 * @returns false if it was leased, or its lease renewed, in the meantime
 */
export async function retireSandbox(table: Table, seen: Item, now: number): Promise<boolean> {
  const same = ['state', 'leasedUntil'].flatMap((field) => {
    const equals = seen[field];
    return typeof equals === 'string' || typeof equals === 'number' ? [{ field, equals }] : [];
  });
  try {
    await table.transact([
      {
        table: 'sandboxes',
        update: { pk: partition, sk: seen.sk },
        set: retired(now),
        if: same,
      },
    ]);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** Returns the ids of all registered sandboxes. */
export async function registered(table: Table): Promise<string[]> {
  return (await sandboxItems(table)).map((item) => item.sk);
}

/**
 * Leases sandboxes through the table of the pool, which all instances of all functions share. One conditional write
 * moves a sandbox from `ready` to `leased`, and nothing moves it back: no other tenant ever gets it.
 */
export class SandboxPool implements Sandboxes {
  readonly #table: Table;
  readonly #provider: SandboxProvider;
  /** Leases by tenant, cached to save a read. */
  readonly #held = new Map<string, Held>();
  readonly #claims = new Map<string, Promise<Held | undefined>>();

  constructor(table: Table, provider: SandboxProvider) {
    this.#table = table;
    this.#provider = provider;
  }

  async lease(tenant: Tenant, waitMs: number): Promise<Lease> {
    const name = tenantName(tenant);
    const deadline = Date.now() + waitMs;
    let waited = false;
    for (;;) {
      // Check again each time: another caller of this tenant may have leased one.
      const held = (await this.#renewed(name)) ?? (await this.#claim(name));
      if (held) return this.#open(held);
      const left = deadline - Date.now();
      if (left <= 0) throw new NoSandboxFree('all sandboxes are in use');
      await this.#requestFor(left);
      if (waited) await sleep(pollMs);
      waited = true;
    }
  }

  async reattach(tenant: Tenant, sandboxId: string): Promise<Lease | undefined> {
    const name = tenantName(tenant);
    const item = await this.#table.get('sandboxes', { pk: partition, sk: sandboxId });
    if (item?.tenant !== name) return undefined;
    if (item.state === 'leased' && Number(item.leasedUntil) < Date.now() + leaseMs - renewMs) {
      await this.#write(sandboxId, name, 'leased');
    }
    // A separate client: the one that the runs of this tenant share is closed as soon as one of them loses the sandbox.
    const held = heldOf(item);
    const lease = this.#open(held);
    return { ...lease, release: () => lease.release().finally(() => held.client.close()) };
  }

  async ping(): Promise<void> {
    await this.#provider.check();
  }

  /** Drops the cached lease of a sandbox that has ended. */
  forget(sandboxId: string): void {
    for (const [name, held] of this.#held) {
      if (held.sandboxId !== sandboxId) continue;
      this.#held.delete(name);
      held.client.close();
    }
  }

  #open({ sandboxId, publicKey, client }: Held): Lease {
    const onError = async (error: unknown): Promise<never> => {
      if (error instanceof SandboxLost) {
        this.forget(sandboxId);
        await this.#provider.retire(sandboxId);
      }
      throw error;
    };
    let released = false;
    this.#provider.onLease(sandboxId);
    return {
      sandboxId,
      publicKey,
      run: (job: Job, options?: RunOptions): Promise<JobResult> => client.run(job, options).catch(onError),
      runOrDetach: (job: Job, waitMs: number) => client.runOrDetach(job, waitMs).catch(onError),
      attach: (executionId: string, secret: Uint8Array, options?: AttachOptions) =>
        client.attach(executionId, secret, options),
      poll: (executionId: string, secret: Uint8Array, options?: RunOptions) =>
        client.poll(executionId, secret, options),
      ack: (executionId: string) => client.ack(executionId),
      stop: (executionId: string) => client.stop(executionId).catch(onError),
      release: async () => {
        if (released) return;
        released = true;
        this.#provider.onRelease(sandboxId);
      },
    };
  }

  /** Requests a sandbox from the provider, and waits at most `waitMs` for it. */
  async #requestFor(waitMs: number): Promise<void> {
    const request = this.#provider.request();
    // A rejection after the wait has no listener.
    request.catch(() => undefined);
    const settled = new AbortController();
    const timeout = sleep(waitMs, undefined, { signal: settled.signal }).catch(() => undefined);
    try {
      await Promise.race([request, timeout]);
    } finally {
      settled.abort();
    }
  }

  /** Returns the sandbox that this tenant holds according to the cache, and renews its lease when due. */
  async #renewed(name: string): Promise<Held | undefined> {
    const held = this.#held.get(name);
    if (!held || Date.now() < held.renewAt) return held;
    if (await this.#write(held.sandboxId, name, 'leased')) {
      held.renewAt = Date.now() + renewMs;
      return held;
    }
    this.forget(held.sandboxId);
    return undefined;
  }

  /** Concurrent calls of one tenant share a claim, so that they do not lease two sandboxes. */
  #claim(name: string): Promise<Held | undefined> {
    const running = this.#claims.get(name);
    if (running) return running;
    const claim = this.#claimNow(name).finally(() => this.#claims.delete(name));
    this.#claims.set(name, claim);
    return claim;
  }

  async #claimNow(name: string): Promise<Held | undefined> {
    const items = await sandboxItems(this.#table);
    const own = items.filter((item) => item.state === 'leased' && item.tenant === name);
    const ready = items.filter((item) => item.state === 'ready');
    for (const item of [...own, ...ready]) {
      if (!(await this.#write(item.sk, name, item.state === 'ready' ? 'ready' : 'leased'))) continue;
      const held = heldOf(item);
      this.#held.set(name, held);
      return held;
    }
    return undefined;
  }

  /** Leases a sandbox that is `ready`, or `leased` to this tenant. Returns false if it is in another state. */
  async #write(sandboxId: string, name: string, state: 'ready' | 'leased'): Promise<boolean> {
    try {
      await this.#table.transact([
        {
          table: 'sandboxes',
          update: { pk: partition, sk: sandboxId },
          set: { state: 'leased', tenant: name, leasedUntil: Date.now() + leaseMs },
          if: [
            { field: 'state', equals: state },
            ...(state === 'leased' ? [{ field: 'tenant', equals: name }] : []),
          ],
        },
      ]);
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }
}

function heldOf(item: Item): Held {
  const publicKey = item.publicKey as Uint8Array;
  const client = new SandboxClient(String(item.url), publicKey);
  return { sandboxId: item.sk, publicKey, client, renewAt: Date.now() + renewMs };
}

/** Returns the provider for a pool of tasks that the reconciler starts, stops and registers. */
export function externalProvider(table: Table): SandboxProvider {
  const retire = async (sandboxId: string) => {
    await table.transact([
      {
        table: 'sandboxes',
        update: { pk: partition, sk: sandboxId },
        set: retired(Date.now()),
        if: ['present'],
      },
    ]);
  };
  return {
    request: async () => {},
    onLease: () => {},
    onRelease: () => {},
    retire: (sandboxId) =>
      retire(sandboxId).catch((error: unknown) => {
        // It was removed from the table before.
        if (!(error instanceof ConditionFailed)) throw error;
      }),
    check: async () => {
      const items = await sandboxItems(table);
      if (!items.some((item) => item.state !== 'retired')) {
        throw new SandboxUnavailable('no sandbox task is running; raise the pool size of the deployment');
      }
    },
  };
}

/** Returns all sandboxes of the pool, and those that were retired a short time ago. */
export async function sandboxItems(table: Table): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({
      table: 'sandboxes',
      pk: partition,
      limit: 100,
      ...(cursor && { cursor }),
    });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return items;
}

function tenantName({ orgId, userId }: Tenant): string {
  return JSON.stringify([orgId, userId]);
}
