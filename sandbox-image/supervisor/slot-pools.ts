import { join } from 'node:path';
import { languageIds, languages } from '../../contract/languages.ts';
import { type Isolation, SandboxUnavailable } from '../protocol/job.ts';
import type { Config } from './config.ts';
import type { Home } from './home.ts';
import type { NodeProgram } from './node-program.ts';
import { type Kind, type Slot, SlotPool } from './slots.ts';
import type { ZygoteSettings } from './zygote.ts';

/** As many user ids as a zygote gives to its runs. */
const uidsOfZygote = 10_000;

/**
 * All slots of a supervisor. Where the image's own packages are in the zygote's memory, programs that bring packages
 * get another zygote, which has nothing but the standard library: two versions of one package in one process would
 * be neither. It is started when it is wanted first.
 */
export class SlotPools {
  readonly #main: SlotPool;
  readonly #make: (name: string, preloadPackages: boolean) => SlotPool;
  readonly #node: NodeProgram;
  #packagesPreloaded = false;
  #withPackages: Promise<SlotPool> | undefined;
  #closing = false;

  /** @param onBroken called where no zygote stays up */
  constructor(
    python: string,
    node: NodeProgram,
    config: Config,
    home: Home,
    onBroken: (error: Error) => void,
  ) {
    const { level, landlockAbi, firstUid, uidLocks, limits, spares } = config;
    this.#node = node;
    this.#make = (name, preloadPackages) => {
      const settings: ZygoteSettings = {
        level,
        landlockAbi,
        firstUid: firstUid === null || preloadPackages ? firstUid : firstUid + uidsOfZygote,
        uidLocks,
        limits,
        base: home.makeBase(name),
        socket: join(home.meeting, `${name}.sock`),
        node: 'path' in node ? node.path : null,
        bootstrap: home.bootstrap,
        preloadPackages,
      };
      return new SlotPool(python, settings, spares, onBroken);
    };
    this.#main = this.#make('runs', true);
  }

  /** @throws IsolationRefused */
  async start(): Promise<Isolation> {
    const available = languageIds.filter(
      (id) => languages[id].interpreter !== 'node' || 'path' in this.#node,
    );
    const kinds = available.map((language): Kind => ({ language, packages: null }));
    const { isolation, packagesPreloaded } = await this.#main.start(kinds);
    this.#packagesPreloaded = packagesPreloaded;
    return isolation;
  }

  /** @throws SandboxLost, SandboxUnavailable where there is no such language here */
  async take(kind: Kind, preimport: readonly string[]): Promise<Slot> {
    if (languages[kind.language].interpreter === 'node' && 'reason' in this.#node) {
      throw new SandboxUnavailable(this.#node.reason);
    }
    if (kind.packages === null || !this.#packagesPreloaded) return this.#main.take(kind, preimport);
    this.#withPackages ??= this.#startAnother().catch((error: unknown) => {
      this.#withPackages = undefined;
      throw error;
    });
    return (await this.#withPackages).take(kind, preimport);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const other = await this.#withPackages?.catch(() => undefined);
    await Promise.all([this.#main.close(), other?.close()]);
  }

  async #startAnother(): Promise<SlotPool> {
    if (this.#closing) throw new SandboxUnavailable('the sandbox is shutting down');
    const pool = this.#make('package-runs', false);
    await pool.start([]);
    return pool;
  }
}
