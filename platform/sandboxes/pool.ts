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

/** What starts sandboxes and ends them, and registers them in the pool's table. */
export type SandboxProvider = {
  /**
   * One more sandbox is wanted. Resolves when one was registered, or when none can be had at the moment.
   *
   * @throws SandboxUnavailable where there never will be one
   */
  request(): Promise<void>;
  /** A tenant has begun to use it, or has ended. */
  onLease(sandboxId: string): void;
  onRelease(sandboxId: string): void;
  /** It did something that it should not, or does not answer. */
  retire(sandboxId: string): Promise<void>;
  /** @throws SandboxUnavailable */
  check(): Promise<void>;
};

/** A sandbox that has reported itself ready. */
export type Registration = {
  readonly sandboxId: string;
  /** `http://host:port` or `unix:/path`. */
  readonly url: string;
  readonly publicKey: Uint8Array;
};

const partition = 'sandbox';
const pollMs = 100;
/** A lease is good for this long after its last use, and written again at most this often. */
const leaseMs = 15 * 60_000;
const renewMs = 60_000;
/** A sandbox that has ended is remembered: its task may be seen for a while, and must not be taken for a new one. */
const rememberedSeconds = 24 * 60 * 60;

type Held = {
  readonly sandboxId: string;
  readonly publicKey: Uint8Array;
  readonly client: SandboxClient;
  renewAt: number;
};

/** Enters a sandbox into the pool: from then on it may be leased, once, to one tenant. */
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
 * Ends a sandbox in the state that it was seen in; once it is retired it is leased to nobody.
 *
 * @returns false where it was leased, or its lease prolonged, in the meantime
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

/** Ids of all sandboxes that are registered. */
export async function registered(table: Table): Promise<string[]> {
  return (await sandboxItems(table)).map((item) => item.sk);
}

/**
 * Leases sandboxes by the pool's table, which all instances of all functions share. A sandbox goes from `ready` to
 * `leased` by one conditional write and never back: no other tenant ever gets it.
 */
export class SandboxPool implements Sandboxes {
  readonly #table: Table;
  readonly #provider: SandboxProvider;
  /** By tenant. A lease that is remembered costs no read. */
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
      // Asked for anew each time: another caller of this tenant may have got one.
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
    // A client of its own: the one that this tenant's runs share is closed once a run meets something odd.
    const held = heldOf(item);
    const lease = this.#open(held);
    return { ...lease, release: () => lease.release().finally(() => held.client.close()) };
  }

  async ping(): Promise<void> {
    await this.#provider.check();
  }

  /** Forgets a sandbox that has ended. */
  forget(sandboxId: string): void {
    for (const [name, held] of this.#held) {
      if (held.sandboxId !== sandboxId) continue;
      this.#held.delete(name);
      held.client.close();
    }
  }

  #open({ sandboxId, publicKey, client }: Held): Lease {
    const odd = async (error: unknown): Promise<never> => {
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
      run: (job: Job, options?: RunOptions): Promise<JobResult> => client.run(job, options).catch(odd),
      runOrDetach: (job: Job, waitMs: number) => client.runOrDetach(job, waitMs).catch(odd),
      attach: (executionId: string, secret: Uint8Array, options?: AttachOptions) =>
        client.attach(executionId, secret, options),
      poll: (executionId: string, secret: Uint8Array, options?: RunOptions) =>
        client.poll(executionId, secret, options),
      ack: (executionId: string) => client.ack(executionId),
      stop: (executionId: string) => client.stop(executionId).catch(odd),
      release: async () => {
        if (released) return;
        released = true;
        this.#provider.onRelease(sandboxId);
      },
    };
  }

  /** Waits for the supply, but no longer than the caller does. */
  async #requestFor(waitMs: number): Promise<void> {
    const request = this.#provider.request();
    // Its refusal counts only while somebody waits for it.
    request.catch(() => undefined);
    const over = new AbortController();
    const time = sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined);
    try {
      await Promise.race([request, time]);
    } finally {
      over.abort();
    }
  }

  /** The sandbox that this tenant is known to hold, its lease prolonged where it is time. */
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

  /** One tenant's calls that come at once share a claim, so that they do not take two sandboxes. */
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

  /** Whether the sandbox was in `state`, for this tenant or for none, and is now leased to this tenant. */
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

/** The supply where sandboxes come and go by themselves: a pool of tasks that its events keep in the table. */
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
        // Its end was recorded before.
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

/** All of the pool, and those that have ended a short time ago. */
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
