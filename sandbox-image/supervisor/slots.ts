import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Isolation, SandboxLost } from '../../lambdas/platform/sandboxes.ts';
import { type Channels, Rendezvous } from './rendezvous.ts';
import { type Ended, type Forked, Zygote, type ZygoteSettings } from './zygote.ts';

/** A forked child at the floor that waits for its one job. */
export type Slot = {
  readonly name: string;
  readonly pid: number;
  readonly uid: number | null;
  readonly directory: string;
  readonly channels: Channels;
  /** Resolves when something is there to collect what the run left, before `ended` does. */
  readonly collector: Promise<Socket>;
  /** Resolves when no process of the run is left. Rejects with SandboxLost where the zygote died first. */
  readonly ended: Promise<Ended>;
  /** Ends it and everything that it started. */
  kill(): void;
};

type Pending = {
  readonly token: string;
  forked?: Forked;
  channels?: Channels;
  ready: boolean;
  readonly collector: PromiseWithResolvers<Socket>;
  readonly ended: PromiseWithResolvers<Ended>;
};

type Waiter = PromiseWithResolvers<Slot>;

/** Consecutive faults after which the pool gives up. */
const maxFaults = 5;
const restartMs = 200;

/**
 * Slots of one zygote, some forked ahead. A zygote that dies takes its slots with it and is replaced; runs that
 * waited for a slot go on waiting, runs that had one are lost.
 */
export class SlotPool {
  readonly #python: string;
  readonly #settings: ZygoteSettings;
  readonly #spares: number;
  readonly #onBroken: (reason: Error) => void;
  readonly #rendezvous = new Rendezvous();
  readonly #pending = new Map<string, Pending>();
  readonly #idle: Slot[] = [];
  readonly #waiters: Waiter[] = [];
  #zygote: Zygote | undefined;
  #faults = 0;
  #counter = 0;
  #closing = false;

  /** @param onBroken called once, where no zygote stays up */
  constructor(python: string, settings: ZygoteSettings, spares: number, onBroken: (reason: Error) => void) {
    this.#python = python;
    this.#settings = settings;
    this.#spares = spares;
    this.#onBroken = onBroken;
  }

  /** @throws IsolationRefused */
  async start(): Promise<Isolation> {
    await this.#rendezvous.listen(this.#settings.socket);
    const zygote = await this.#startZygote();
    return zygote.isolation;
  }

  get isolation(): Isolation {
    if (!this.#zygote) throw new SandboxLost('the zygote is being restarted');
    return this.#zygote.isolation;
  }

  get zygotePid(): number | undefined {
    return this.#zygote?.pid;
  }

  /** A slot of its own for one run. */
  take(): Promise<Slot> {
    const slot = this.#idle.shift();
    // The next one is forked when a run ends, not while this one needs the processor.
    if (slot) return Promise.resolve(slot);
    const waiter = Promise.withResolvers<Slot>();
    this.#waiters.push(waiter);
    this.#refill();
    return waiter.promise;
  }

  /** Replaces a zygote that no longer does as it is told. The runs of all its slots are lost. */
  replaceZygote(): void {
    this.#zygote?.destroy();
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const waiter of this.#waiters.splice(0))
      waiter.reject(new SandboxLost('the sandbox is shutting down'));
    await this.#zygote?.close();
    this.#rendezvous.close();
  }

  async #startZygote(): Promise<Zygote> {
    let own: Zygote | undefined;
    const zygote = await Zygote.start(this.#python, this.#settings, {
      onForked: (event) => this.#onForked(event),
      onEnded: (event) => this.#onEnded(event),
      onDeath: (complaint) => own && this.#onDeath(complaint),
    });
    own = zygote;
    this.#zygote = zygote;
    this.#refill();
    return zygote;
  }

  #refill(): void {
    const unready = [...this.#pending.values()].filter((pending) => !pending.ready).length;
    const wanted = this.#waiters.length + this.#spares - this.#idle.length - unready;
    for (let count = 0; count < wanted && this.#zygote && !this.#closing; count++) this.#fork(this.#zygote);
  }

  #fork(zygote: Zygote): void {
    this.#counter += 1;
    const name = `run-${this.#counter}`;
    const token = randomBytes(16).toString('hex');
    const pending: Pending = {
      token,
      ready: false,
      collector: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    // A slot may end before anybody waits for its end.
    pending.ended.promise.catch(() => undefined);
    this.#pending.set(name, pending);
    this.#rendezvous.expect(token, {
      onComplete: (channels) => {
        pending.channels = channels;
        channels.job.once('data', () => {
          pending.ready = true;
          this.#offer(name, pending, zygote);
        });
      },
      onFiles: pending.collector.resolve,
    });
    zygote.fork(name, token);
  }

  #onForked(event: Forked): void {
    const pending = this.#pending.get(event.slot);
    if (!pending || !this.#zygote) return;
    pending.forked = event;
    this.#offer(event.slot, pending, this.#zygote);
  }

  /** The word of the zygote and that of the child come on two roads, in either order. */
  #offer(name: string, { ready, forked, channels, collector, ended }: Pending, zygote: Zygote): void {
    if (!ready || !forked || !channels) return;
    this.#faults = 0;
    const slot: Slot = {
      name,
      pid: forked.pid,
      uid: forked.uid,
      directory: forked.directory,
      channels,
      collector: collector.promise,
      ended: ended.promise,
      kill: () => zygote.kill(name),
    };
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve(slot);
    else this.#idle.push(slot);
  }

  #onEnded(event: Ended): void {
    const pending = this.#pending.get(event.slot);
    if (!pending) return;
    this.#pending.delete(event.slot);
    // The zygote's word can overtake the connection of the collector that it tells of.
    const arrived = event.collected ? pending.collector.promise : Promise.resolve();
    arrived.then(() => this.#rendezvous.forget(pending.token));
    pending.ended.resolve(event);
    const at = this.#idle.findIndex((slot) => slot.name === event.slot);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!pending.ready) this.#fault(new Error('a run could not be prepared'));
    if (this.#waiters.length > 0) this.#refill();
    // The answer to whoever waited for this run goes out first.
    else setImmediate(() => this.#refill());
  }

  #onDeath(complaint: string): void {
    if (!this.#closing) process.stderr.write(`the zygote died and is replaced: ${complaint}\n`);
    this.#zygote = undefined;
    this.#idle.length = 0;
    for (const [name, pending] of this.#pending) {
      this.#forget(name, pending);
      for (const socket of Object.values(pending.channels ?? {})) socket.destroy();
      pending.ended.reject(new SandboxLost('the process that holds the runs died'));
    }
    if (!this.#closing) this.#restart();
  }

  #restart(): void {
    this.#startZygote().catch((error: Error) => {
      this.#fault(error);
      if (!this.#closing) setTimeout(() => this.#restart(), restartMs);
    });
  }

  #fault(error: Error): void {
    this.#faults += 1;
    if (this.#faults < maxFaults || this.#closing) return;
    this.#closing = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new SandboxLost('the sandbox is broken'));
    this.#onBroken(error);
  }

  #forget(name: string, pending: Pending): void {
    this.#pending.delete(name);
    this.#rendezvous.forget(pending.token);
  }
}
