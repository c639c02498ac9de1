import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Language } from '../../contract/languages.ts';
import { type Isolation, SandboxLost } from '../protocol/job.ts';
import { type Channels, Rendezvous } from './rendezvous.ts';
import { Stock } from './stock.ts';
import { type Ended, type Forked, Zygote, type ZygoteSettings } from './zygote.ts';

/** What slots have to be prepared for: one that waits can be used for jobs of its kind only. */
export type Kind = {
  readonly language: Language;
  /** Directory of the packages that the program finds, null where there are none. */
  readonly packages: string | null;
};

/** A forked child at the floor that waits for its one job. */
export type Slot = {
  readonly name: string;
  readonly pid: number;
  readonly uid: number | null;
  readonly directory: string;
  readonly zygotePid: number;
  readonly isolation: Isolation;
  readonly channels: Channels;
  /** Resolves when something is there to collect what the run left, before `ended` does. */
  readonly collector: Promise<Socket>;
  /** Resolves when no process of the run is left. Rejects with SandboxLost where the zygote died first. */
  readonly ended: Promise<Ended>;
  /** Ends it and everything that it started. */
  kill(): void;
  /** Replaces the zygote, where that no longer does as it is told. The runs of all its slots are lost. */
  abandon(): void;
};

type Pending = {
  readonly stock: Stock;
  readonly token: string;
  readonly overdue: NodeJS.Timeout;
  forked?: Forked;
  channels?: Channels;
  ready: boolean;
  readonly collector: PromiseWithResolvers<Socket>;
  readonly ended: PromiseWithResolvers<Ended>;
};

export type Spares = { readonly [L in Language]: number } & {
  /** Of each set of packages that is in use. */
  readonly packages: number;
};

/** Consecutive faults after which the pool gives up. */
const maxFaults = 5;
const restartMs = 200;
/** What a slot may take to become ready, imports ahead of the job included. */
const readyMs = 30_000;
/** Sets of packages for which slots are kept ready; a tenant seldom uses more at a time. */
const maxPackages = 2;

/**
 * Slots of one zygote, some of each kind forked ahead. A zygote that dies takes its slots with it and is replaced;
 * runs that waited for a slot go on waiting, runs that had one are lost.
 */
export class SlotPool {
  readonly #python: string;
  readonly #settings: ZygoteSettings;
  readonly #spares: Spares;
  readonly #onBroken: (reason: Error) => void;
  readonly #rendezvous = new Rendezvous();
  readonly #pending = new Map<string, Pending>();
  /** By kind; the one that was used last is at the end. */
  readonly #stocks = new Map<string, Stock>();
  #zygote: Zygote | undefined;
  #faults = 0;
  #counter = 0;
  #closing = false;

  /** @param onBroken called once, where no zygote stays up */
  constructor(python: string, settings: ZygoteSettings, spares: Spares, onBroken: (reason: Error) => void) {
    this.#python = python;
    this.#settings = settings;
    this.#spares = spares;
    this.#onBroken = onBroken;
  }

  /** @throws IsolationRefused */
  async start(kinds: readonly Kind[]): Promise<Zygote> {
    await this.#rendezvous.listen(this.#settings.socket);
    for (const kind of kinds) this.#stock(kind);
    return this.#startZygote();
  }

  /**
   * A slot of its own for one run.
   *
   * @param preimport modules that slots of this kind are to import ahead from now on
   * @throws SandboxLost, SandboxUnavailable where there are no slots of this kind
   */
  take(kind: Kind, preimport: readonly string[]): Promise<Slot> {
    const stock = this.#stock(kind);
    const slot = stock.idle.shift();
    if (stock.learn(preimport)) for (const outdated of stock.idle.splice(0)) outdated.kill();
    // The next one is forked when a run ends, not while this one needs the processor.
    if (slot) return Promise.resolve(slot);
    if (stock.fault) return Promise.reject(stock.fault);
    const waiter = Promise.withResolvers<Slot>();
    stock.waiters.push(waiter);
    this.#refill(stock);
    return waiter.promise;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#rejectAll(new SandboxLost('the sandbox is shutting down'));
    await this.#zygote?.close();
    this.#rendezvous.close();
  }

  #stock(kind: Kind): Stock {
    const key = JSON.stringify([kind.language, kind.packages]);
    const stock = this.#stocks.get(key) ?? new Stock(kind, this.#sparesOf(kind));
    this.#stocks.delete(key);
    this.#stocks.set(key, stock);
    const withPackages = [...this.#stocks].filter(([, { kind }]) => kind.packages !== null);
    for (const [unused, { idle, waiters }] of withPackages.slice(0, -maxPackages)) {
      if (waiters.length > 0) continue;
      this.#stocks.delete(unused);
      for (const slot of idle.splice(0)) slot.kill();
    }
    return stock;
  }

  #sparesOf({ language, packages }: Kind): number {
    return packages === null ? this.#spares[language] : this.#spares.packages;
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
    this.#refillAll();
    return zygote;
  }

  #refillAll(): void {
    for (const stock of this.#stocks.values()) this.#refill(stock);
  }

  #refill(stock: Stock): void {
    if (!this.#zygote || this.#closing || stock.fault) return;
    for (const preimport of stock.wanted) this.#fork(this.#zygote, stock, preimport);
  }

  #fork(zygote: Zygote, stock: Stock, preimport: readonly string[]): void {
    this.#counter += 1;
    const name = `run-${this.#counter}`;
    const pending: Pending = {
      stock,
      token: randomBytes(16).toString('hex'),
      overdue: setTimeout(() => zygote.kill(name), readyMs).unref(),
      ready: false,
      collector: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    // A slot may end before anybody waits for its end.
    pending.ended.promise.catch(() => undefined);
    this.#pending.set(name, pending);
    stock.unready += 1;
    this.#rendezvous.expect(pending.token, {
      onComplete: (channels) => {
        pending.channels = channels;
        channels.job.once('data', () => {
          this.#settle(pending);
          this.#offer(name, pending, zygote);
        });
      },
      onFiles: pending.collector.resolve,
    });
    const { language, packages } = stock.kind;
    zygote.fork({ slot: name, token: pending.token, language, packages, preimport });
  }

  /** It is ready, or will never be. */
  #settle(pending: Pending, ready = true): void {
    clearTimeout(pending.overdue);
    if (!pending.ready) pending.stock.unready -= 1;
    pending.ready ||= ready;
  }

  #onForked(event: Forked): void {
    const pending = this.#pending.get(event.slot);
    if (!pending || !this.#zygote) return;
    pending.forked = event;
    this.#offer(event.slot, pending, this.#zygote);
  }

  /** The word of the zygote and that of the child come on two roads, in either order. */
  #offer(name: string, { stock, ready, forked, channels, collector, ended }: Pending, zygote: Zygote): void {
    if (!ready || !forked || !channels) return;
    this.#faults = 0;
    stock.onReady();
    const slot: Slot = {
      name,
      pid: forked.pid,
      uid: forked.uid,
      directory: forked.directory,
      zygotePid: zygote.pid,
      isolation: zygote.isolation,
      channels,
      collector: collector.promise,
      ended: ended.promise,
      kill: () => zygote.kill(name),
      abandon: () => zygote.destroy(),
    };
    const waiter = stock.waiters.shift();
    if (waiter) waiter.resolve(slot);
    else if ([...this.#stocks.values()].includes(stock)) stock.idle.push(slot);
    else slot.kill();
  }

  #onEnded(event: Ended): void {
    const pending = this.#pending.get(event.slot);
    if (!pending) return;
    const { stock, ready } = pending;
    this.#pending.delete(event.slot);
    // The zygote's word can overtake the connection of the collector that it tells of.
    const arrived = event.collected ? pending.collector.promise : Promise.resolve();
    arrived.then(() => this.#rendezvous.forget(pending.token));
    pending.ended.resolve(event);
    const at = stock.idle.findIndex((slot) => slot.name === event.slot);
    if (at >= 0) stock.idle.splice(at, 1);
    if (!ready) this.#onUnready(pending, event);
    if (stock.waiters.length > 0) this.#refill(stock);
    // The answer to whoever waited for this run goes out first.
    else setImmediate(() => this.#refill(stock));
  }

  #onUnready(pending: Pending, { exitCode, signal }: Ended): void {
    this.#settle(pending, false);
    if (this.#closing) return;
    const how = signal ?? `exit code ${exitCode}`;
    process.stderr.write(`a slot for ${pending.stock.kind.language} ended before it was ready: ${how}\n`);
    if (pending.stock.indispensable) this.#fault(new Error(`a run could not be prepared: ${how}`));
    else pending.stock.onFault(pending.channels?.stderr);
  }

  #onDeath(complaint: string): void {
    if (!this.#closing) process.stderr.write(`the zygote died and is replaced: ${complaint}\n`);
    this.#zygote = undefined;
    for (const stock of this.#stocks.values()) stock.idle.length = 0;
    for (const [name, pending] of this.#pending) {
      this.#settle(pending, false);
      this.#pending.delete(name);
      this.#rendezvous.forget(pending.token);
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
    this.#rejectAll(new SandboxLost('the sandbox is broken'));
    this.#onBroken(error);
  }

  #rejectAll(error: Error): void {
    for (const { waiters } of this.#stocks.values()) {
      for (const waiter of waiters.splice(0)) waiter.reject(error);
    }
  }
}
