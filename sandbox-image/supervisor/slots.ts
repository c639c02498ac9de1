import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { SandboxLost } from '../protocol/job.ts';
import type { Spares } from './config.ts';
import { type Channels, Rendezvous } from './rendezvous.ts';
import type { Kind, Slot } from './slot-types.ts';
import { Stock } from './stock.ts';
import { type Ended, type Forked, Zygote, type ZygoteSettings } from './zygote.ts';

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
/** Consecutive faults after which the pool gives up. */
const maxFaults = 5;
const restartMs = 200;
/** Time limit for a slot to become ready, including its imports ahead of the job. */
const readyMs = 30_000;
/** Sets of packages for which slots are kept ready. A tenant seldom uses more at the same time. */
const maxPackages = 2;

/**
 * The slots of one zygote, some of each kind forked ahead. A zygote that dies is replaced: its slots and the runs in
 * them are lost, and runs that wait for a slot keep waiting.
 */
export class SlotPool {
  readonly #python: string;
  readonly #settings: ZygoteSettings;
  readonly #spares: Spares;
  readonly #onBroken: (reason: Error) => void;
  readonly #rendezvous = new Rendezvous();
  readonly #pending = new Map<string, Pending>();
  /** By kind, the most recently used last. */
  readonly #stocks = new Map<string, Stock>();
  #zygote: Zygote | undefined;
  #faults = 0;
  #counter = 0;
  #closing = false;

  /** @param onBroken called once if no zygote stays up */
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
   * Returns a slot for one run.
   *
   * @param preimport modules that slots of this kind import ahead from now on
   * @throws SandboxLost; SandboxUnavailable if slots of this kind cannot start
   */
  take(kind: Kind, preimport: readonly string[]): Promise<Slot> {
    const stock = this.#stock(kind);
    const slot = stock.idle.shift();
    if (stock.learn(preimport)) for (const outdated of stock.idle.splice(0)) outdated.kill();
    // Fork the next one when a run ends, not while this run needs the processor.
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
    // A slot may end before a run waits for its end.
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

  /** Called when a slot is ready, or when it will never be. */
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

  /** The event of the zygote and the connections of the child may arrive in either order. */
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
    // The event of the zygote may arrive before the connection of the collector.
    const arrived = event.collected ? pending.collector.promise : Promise.resolve();
    arrived.then(() => this.#rendezvous.forget(pending.token));
    pending.ended.resolve(event);
    const at = stock.idle.findIndex((slot) => slot.name === event.slot);
    if (at >= 0) stock.idle.splice(at, 1);
    if (!ready) this.#onUnready(pending, event);
    if (stock.waiters.length > 0) this.#refill(stock);
    // Send the result of this run first.
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
    if (!this.#closing) process.stderr.write(`the zygote died and will be replaced: ${complaint}\n`);
    this.#zygote = undefined;
    for (const stock of this.#stocks.values()) stock.idle.length = 0;
    for (const [name, pending] of this.#pending) {
      this.#settle(pending, false);
      this.#pending.delete(name);
      this.#rendezvous.forget(pending.token);
      for (const socket of Object.values(pending.channels ?? {})) socket.destroy();
      pending.ended.reject(new SandboxLost('the zygote died'));
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
