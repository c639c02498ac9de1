import { join } from 'node:path';
import { languageIds, languages } from '../../contract/languages.ts';
import { type Isolation, SandboxUnavailable } from '../protocol/job.ts';
import type { Config } from './config.ts';
import type { NodeProgram } from './node-program.ts';
import type { RuntimeDir } from './runtime-dir.ts';
import type { Slot, SlotKind } from './slot-types.ts';
import { SlotPool } from './slots.ts';
import type { ZygoteSettings } from './zygote.ts';

/** Number of user ids that a zygote uses for its runs. */
const uidsOfZygote = 10_000;

/**
 * All slots of a supervisor. If the zygote has imported the packages of the image, programs with their own packages run
 * in another zygote that has only the standard library: one process must not mix two versions of a package. The other
 * zygote starts on first use.
 */
export class SlotPools {
  readonly #main: SlotPool;
  readonly #make: (name: string, preloadPackages: boolean) => SlotPool;
  readonly #node: NodeProgram;
  #packagesPreloaded = false;
  #withPackages: Promise<SlotPool> | undefined;
  #closing = false;

  /** @param onBroken called if no zygote stays up */
  constructor(
    python: string,
    node: NodeProgram,
    config: Config,
    runtimeDir: RuntimeDir,
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
        base: runtimeDir.makeBase(name),
        socket: join(runtimeDir.meeting, `${name}.sock`),
        node: 'path' in node ? node.path : null,
        bootstrap: runtimeDir.bootstrap,
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
    const kinds = available.map((language): SlotKind => ({ language, packages: null }));
    const { isolation, packagesPreloaded } = await this.#main.start(kinds);
    this.#packagesPreloaded = packagesPreloaded;
    return isolation;
  }

  /** @throws SandboxLost; SandboxUnavailable if this sandbox lacks the language */
  async take(kind: SlotKind, preimport: readonly string[]): Promise<Slot> {
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
