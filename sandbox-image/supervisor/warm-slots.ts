import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { languages } from '../../contract/languages.ts';
import { SandboxUnavailable } from '../protocol/job.ts';
import type { Slot, SlotKind } from './slot-types.ts';

/** Consecutive faults after which no more slots of a kind are forked. */
const maxFaults = 5;
/** Consecutive faults after which slots of a kind import nothing ahead. */
const maxImportFaults = 2;
const maxReason = 300;

/** The slots of one kind, the runs that wait for one, and the number to keep ready. */
export class WarmSlots {
  readonly kind: SlotKind;
  readonly idle: Slot[] = [];
  readonly waiters: PromiseWithResolvers<Slot>[] = [];
  /** Slots that were forked and are not ready yet. */
  unready = 0;
  readonly #spares: number;
  readonly #preimport = new Set<string>();
  #faults = 0;
  #mayPreimport = true;
  #fault: Error | undefined;

  constructor(kind: SlotKind, spares: number) {
    this.kind = kind;
    this.#spares = spares;
  }

  /** Whether the sandbox is useless without slots of this kind. */
  get indispensable(): boolean {
    return languages[this.kind.language].required && this.kind.packages === null;
  }

  /** Why slots of this kind cannot start. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * The modules to import ahead, for each slot to fork now. A program that waits for a slot gets it sooner if the slot
   * imports nothing ahead.
   */
  get wanted(): readonly string[][] {
    const all = this.waiters.length + this.#spares - this.idle.length - this.unready;
    const urgent = this.waiters.length - this.unready;
    return Array.from({ length: Math.max(0, all) }, (_, at) => (at < urgent ? [] : [...this.#preimport]));
  }

  /** Adds modules to import ahead. Returns whether any of them is new. */
  learn(modules: readonly string[]): boolean {
    const before = this.#preimport.size;
    if (this.#mayPreimport) for (const name of modules) this.#preimport.add(name);
    return this.#preimport.size > before;
  }

  onReady(): void {
    this.#faults = 0;
  }

  /** Called when a slot ended before it was ready; `stderr` has its message. */
  onFault(stderr: Socket | undefined): void {
    this.#faults += 1;
    if (this.#faults >= maxImportFaults) {
      this.#mayPreimport = false;
      this.#preimport.clear();
    }
    if (this.#faults < maxFaults) return;
    const { label } = languages[this.kind.language];
    const what = this.kind.packages === null ? `programs in ${label}` : 'programs with these packages';
    this.#fault = new SandboxUnavailable(`${what} cannot be started`);
    const waiters = this.waiters.splice(0);
    const reason = stderr ? text(stderr).catch(() => '') : Promise.resolve('');
    reason.then((words) => {
      const said = words.trim().slice(0, maxReason);
      this.#fault = new SandboxUnavailable(`${what} cannot be started${said && `: ${said}`}`);
      for (const waiter of waiters) waiter.reject(this.#fault);
    });
  }
}
