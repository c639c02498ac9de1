import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { SandboxLost } from '../protocol/job.ts';
import type { Spares } from './config.ts';
import { type Channels, Rendezvous } from './rendezvous.ts';
import type { Slot, SlotKind } from './slot-types.ts';
import { WarmSlots } from './warm-slots.ts';
import { type Ended, type Forked, Zygote, type ZygoteSettings } from './zygote.ts';

type Pending = {
  readonly slots: WarmSlots;
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
  readonly #warmSlots = new Map<string, WarmSlots>();
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
  async start(kinds: readonly SlotKind[]): Promise<Zygote> {
    await this.#rendezvous.listen(this.#settings.socket);
    for (const kind of kinds) this.#warmSlotsOf(kind);
    return this.#startZygote();
  }

  /**
   * Returns a slot for one run.
   *
   * @param preimport modules that slots of this kind import ahead from now on
   * @throws SandboxLost; SandboxUnavailable if slots of this kind cannot start
   */
  take(kind: SlotKind, preimport: readonly string[]): Promise<Slot> {
    const slots = this.#warmSlotsOf(kind);
    const slot = slots.idle.shift();
    if (slots.learn(preimport)) for (const outdated of slots.idle.splice(0)) outdated.kill();
    // Fork the next one when a run ends, not while this run needs the processor.
    if (slot) return Promise.resolve(slot);
    if (slots.fault) return Promise.reject(slots.fault);
    const waiter = Promise.withResolvers<Slot>();
    slots.waiters.push(waiter);
    this.#refill(slots);
    return waiter.promise;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#rejectAll(new SandboxLost('the sandbox is shutting down'));
    await this.#zygote?.close();
    this.#rendezvous.close();
  }

  #warmSlotsOf(kind: SlotKind): WarmSlots {
    const key = JSON.stringify([kind.language, kind.packages]);
    const slots = this.#warmSlots.get(key) ?? new WarmSlots(kind, this.#sparesOf(kind));
    this.#warmSlots.delete(key);
    this.#warmSlots.set(key, slots);
    const withPackages = [...this.#warmSlots].filter(([, { kind }]) => kind.packages !== null);
    for (const [unused, { idle, waiters }] of withPackages.slice(0, -maxPackages)) {
      if (waiters.length > 0) continue;
      this.#warmSlots.delete(unused);
      for (const slot of idle.splice(0)) slot.kill();
    }
    return slots;
  }

  #sparesOf({ language, packages }: SlotKind): number {
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
    for (const slots of this.#warmSlots.values()) this.#refill(slots);
  }

  #refill(slots: WarmSlots): void {
    if (!this.#zygote || this.#closing || slots.fault) return;
    for (const preimport of slots.wanted) this.#fork(this.#zygote, slots, preimport);
  }

  #fork(zygote: Zygote, slots: WarmSlots, preimport: readonly string[]): void {
    this.#counter += 1;
    const name = `run-${this.#counter}`;
    const pending: Pending = {
      slots,
      token: randomBytes(16).toString('hex'),
      overdue: setTimeout(() => zygote.kill(name), readyMs).unref(),
      ready: false,
      collector: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    // A slot may end before a run waits for its end.
    pending.ended.promise.catch(() => undefined);
    this.#pending.set(name, pending);
    slots.unready += 1;
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
    const { language, packages } = slots.kind;
    zygote.fork({ slot: name, token: pending.token, language, packages, preimport });
  }

  /** Called when a slot is ready, or when it will never be. */
  #settle(pending: Pending, ready = true): void {
    clearTimeout(pending.overdue);
    if (!pending.ready) pending.slots.unready -= 1;
    pending.ready ||= ready;
  }

  #onForked(event: Forked): void {
    const pending = this.#pending.get(event.slot);
    if (!pending || !this.#zygote) return;
    pending.forked = event;
    this.#offer(event.slot, pending, this.#zygote);
  }

  /** The event of the zygote and the connections of the child may arrive in either order. */
  #offer(name: string, { slots, ready, forked, channels, collector, ended }: Pending, zygote: Zygote): void {
    if (!ready || !forked || !channels) return;
    this.#faults = 0;
    slots.onReady();
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
    const waiter = slots.waiters.shift();
    if (waiter) waiter.resolve(slot);
    else if ([...this.#warmSlots.values()].includes(slots)) slots.idle.push(slot);
    else slot.kill();
  }

  #onEnded(event: Ended): void {
    const pending = this.#pending.get(event.slot);
    if (!pending) return;
    const { slots, ready } = pending;
    this.#pending.delete(event.slot);
    // The event of the zygote may arrive before the connection of the collector.
    const arrived = event.collected ? pending.collector.promise : Promise.resolve();
    arrived.then(() => this.#rendezvous.forget(pending.token));
    pending.ended.resolve(event);
    const at = slots.idle.findIndex((slot) => slot.name === event.slot);
    if (at >= 0) slots.idle.splice(at, 1);
    if (!ready) this.#onUnready(pending, event);
    if (slots.waiters.length > 0) this.#refill(slots);
    // Send the result of this run first.
    else setImmediate(() => this.#refill(slots));
  }

  #onUnready(pending: Pending, { exitCode, signal }: Ended): void {
    this.#settle(pending, false);
    if (this.#closing) return;
    const how = signal ?? `exit code ${exitCode}`;
    process.stderr.write(`a slot for ${pending.slots.kind.language} ended before it was ready: ${how}\n`);
    if (pending.slots.indispensable) this.#fault(new Error(`a run could not be prepared: ${how}`));
    else pending.slots.onFault(pending.channels?.stderr);
  }

  #onDeath(complaint: string): void {
    if (!this.#closing) process.stderr.write(`the zygote died and will be replaced: ${complaint}\n`);
    this.#zygote = undefined;
    for (const slots of this.#warmSlots.values()) slots.idle.length = 0;
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
    for (const { waiters } of this.#warmSlots.values()) {
      for (const waiter of waiters.splice(0)) waiter.reject(error);
    }
  }
}
