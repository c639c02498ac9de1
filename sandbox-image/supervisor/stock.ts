import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { languages } from '../../contract/languages.ts';
import { SandboxUnavailable } from '../protocol/job.ts';
import type { Kind, Slot } from './slots.ts';

/** Consecutive faults after which no more slots of a kind are tried. */
const maxFaults = 5;
/** As many, after which its slots import nothing ahead. */
const maxImportFaults = 2;
const maxReason = 300;

/** Slots of one kind, those that wait for one, and how many are to be kept ready. */
export class Stock {
  readonly kind: Kind;
  readonly idle: Slot[] = [];
  readonly waiters: PromiseWithResolvers<Slot>[] = [];
  /** Slots on the way. */
  unready = 0;
  readonly #spares: number;
  readonly #preimport = new Set<string>();
  #faults = 0;
  #mayPreimport = true;
  #fault: Error | undefined;

  constructor(kind: Kind, spares: number) {
    this.kind = kind;
    this.#spares = spares;
  }

  /** Without slots of this kind there is no sandbox. */
  get indispensable(): boolean {
    return languages[this.kind.language].required && this.kind.packages === null;
  }

  /** Why there are no slots of this kind. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Modules to import ahead, for each slot that is to be forked now: a program that waits for one gets it sooner if it
   * imports itself what it needs.
   */
  get wanted(): readonly string[][] {
    const all = this.waiters.length + this.#spares - this.idle.length - this.unready;
    const urgent = this.waiters.length - this.unready;
    return Array.from({ length: Math.max(0, all) }, (_, at) => (at < urgent ? [] : [...this.#preimport]));
  }

  /** Whether there is anything new among the modules to import. */
  learn(modules: readonly string[]): boolean {
    const before = this.#preimport.size;
    if (this.#mayPreimport) for (const name of modules) this.#preimport.add(name);
    return this.#preimport.size > before;
  }

  onReady(): void {
    this.#faults = 0;
  }

  /** A slot ended before it was ready; what it said is on `stderr`. */
  onFault(stderr: Socket | undefined): void {
    this.#faults += 1;
    if (this.#faults >= maxImportFaults) {
      this.#mayPreimport = false;
      this.#preimport.clear();
    }
    if (this.#faults < maxFaults) return;
    const what = this.kind.packages === null ? 'programs in JavaScript' : 'programs with these packages';
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
