import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BundleFolder } from '../../sandbox-image/protocol/bundle-folder.ts';
import { findInterpreter } from '../../sandbox-image/protocol/interpreter.ts';
import { lostBuild, parseOutcome } from '../build-outcome.ts';
import { describeError, logger } from '../logger.ts';
import {
  type Build,
  BuilderBusy,
  BuilderUnavailable,
  type Outcome,
  type PackageBuilder,
} from '../package-builder.ts';
import { writeAtomically } from './atomic-write.ts';
import { BuildProcess } from './build-process.ts';

export type BuildProcessesOptions = {
  /** Folder of the requested builds and their outcomes. */
  readonly folder: string;
  /** Folder of the bundles. If programs run as other users, these must be able to traverse all folders above. */
  readonly bundles: string;
  readonly isInUse: (bundleId: string) => Promise<boolean>;
  readonly maxProcesses?: number;
  /** Most builds that wait for their turn. */
  readonly maxWaiting?: number;
  /** Settings (`STRONGROOM_PYTHON`, `STRONGROOM_PACKAGE_INDEX` …) in addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
};

type Task = { readonly build: Build; process?: BuildProcess; outcome?: Outcome };

const program = fileURLToPath(new URL('../../sandbox-image/builder', import.meta.url));
const inheritedNames =
  /^(PATH|HOME|TMPDIR|PIP_\w+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|(HTTPS?|NO)_PROXY|STRONGROOM_(PYTHON|PACKAGE_INDEX|BUILDER_\w+))$/i;
/**
 * How long the last outcome of each owner is kept. The server records an outcome only when the owner reads the list.
 */
const outcomeDays = 90;
const checkMs = 90_000;
/** How long a failed check for a usable Python is cached. */
const recheckMs = 30_000;

/**
 * The package builder of this machine: one process per build, one build at a time. A request is on the disk before
 * `request` returns, so that a restart continues it.
 */
export class BuildProcesses implements PackageBuilder {
  readonly #options: BuildProcessesOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #bundles: BundleFolder;
  /** The last build of each owner: waiting, running or finished. */
  readonly #tasks = new Map<string, Task>();
  #python: { readonly found: Promise<string>; readonly until: number } | undefined;
  #running = 0;
  #closing = false;

  constructor(options: BuildProcessesOptions) {
    this.#options = options;
    const inherited = Object.entries(process.env).filter(([name]) => inheritedNames.test(name));
    this.#env = {
      ...Object.fromEntries(inherited),
      ...options.env,
      STRONGROOM_SANDBOX_PACKAGES: options.bundles,
    };
    this.#bundles = new BundleFolder(
      options.bundles,
      async (id) => this.#isOutcome(id) || options.isInUse(id),
    );
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  }

  /** Continues the builds that an earlier process of this installation did not finish. */
  start(): void {
    this.#bundles.removeUnfinished();
    const oldest = Date.now() - outcomeDays * 24 * 60 * 60_000;
    for (const name of readdirSync(this.#options.folder).sort()) {
      const buildId = /^(.+)\.build\.json$/.exec(name)?.[1];
      if (!buildId) continue;
      // Build ids start with their time (UUID version 7).
      if (Number.parseInt(buildId.replace('-', '').slice(0, 12), 16) < oldest) this.#forget(buildId);
      else this.#tasks.set(buildId, this.#load(buildId));
    }
    this.#next();
  }

  async check(): Promise<void> {
    await this.#interpreter();
    const { maxWaiting = 32 } = this.#options;
    const unfinished = [...this.#tasks.values()].filter(({ outcome }) => !outcome).length;
    if (unfinished >= maxWaiting) throw new BuilderBusy(`${unfinished} builds are waiting`);
  }

  async request(build: Build): Promise<void> {
    if (this.#tasks.has(build.buildId)) return;
    await this.check();
    if (this.#tasks.has(build.buildId) || this.#closing) return;
    writeAtomically(this.#path(build.buildId, 'build'), JSON.stringify(build));
    for (const [buildId, { build: other }] of this.#tasks) {
      // A list that was replaced is not worth building. If it was built, its outcome is recorded already.
      if (other.owner.userId === build.owner.userId) this.#forget(buildId);
    }
    this.#tasks.set(build.buildId, { build });
    this.#next();
  }

  /** Sandboxes on this machine read the folder of the builder. */
  async source(): Promise<undefined> {
    return undefined;
  }

  async outcome(buildId: string): Promise<Outcome | undefined> {
    return this.#tasks.get(buildId)?.outcome;
  }

  /** Removes bundles that no user's programs import any more. Returns how many. */
  async sweep(): Promise<number> {
    return this.#bundles.sweep();
  }

  /** Ends all builds; the next start runs them again. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#tasks.values()].map(({ process }) => process?.abandon()));
  }

  #next(): void {
    const { maxProcesses = 1 } = this.#options;
    const unfinished = [...this.#tasks.values()].filter(({ outcome }) => !outcome);
    const waiting = unfinished.find(({ process }) => !process);
    if (!waiting || this.#running >= maxProcesses || this.#closing) return;
    this.#running += 1;
    this.#run(waiting)
      .catch((error: unknown) => logger.error('build lost', describeError(error)))
      .finally(() => {
        this.#running -= 1;
        this.#next();
      });
    this.#next();
  }

  async #run(task: Task): Promise<void> {
    const { buildId } = task.build;
    task.process = new BuildProcess(this.#interpreter(), program, this.#env, task.build);
    const outcome = await task.process.outcome.catch(() => lostBuild);
    // Replaced by another build, or left for the next start.
    if (this.#tasks.get(buildId) !== task || this.#closing) return;
    writeAtomically(this.#path(buildId, 'outcome'), JSON.stringify(outcome));
    task.outcome = outcome;
  }

  /** Returns the Python that programs run with, after checking that it has pip. @throws BuilderUnavailable */
  #interpreter(): Promise<string> {
    if (!this.#python || Date.now() > this.#python.until) {
      const found = this.#find();
      this.#python = { found, until: Number.POSITIVE_INFINITY };
      found.catch(() => {
        this.#python = { found, until: Date.now() + recheckMs };
      });
    }
    return this.#python.found;
  }

  async #find(): Promise<string> {
    if (process.platform !== 'linux') throw new BuilderUnavailable('packages can be built on Linux only');
    try {
      const { STRONGROOM_PYTHON, PATH = '' } = this.#env;
      const { executable } = await findInterpreter(
        STRONGROOM_PYTHON || undefined,
        PATH,
        process.getuid?.() === 0,
      );
      await promisify(execFile)(executable, ['-I', '-B', program, '--check'], {
        env: this.#env,
        timeout: checkMs,
      });
      return executable;
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      throw new BuilderUnavailable(stderr.trim().split('\n').at(-1) || message, { cause: error });
    }
  }

  #isOutcome(bundleId: string): boolean {
    return [...this.#tasks.values()].some(
      ({ outcome }) => outcome?.status === 'ready' && outcome.bundleId === bundleId,
    );
  }

  #load(buildId: string): Task {
    const build = JSON.parse(readFileSync(this.#path(buildId, 'build'), 'utf8')) as Build;
    const path = this.#path(buildId, 'outcome');
    return existsSync(path) ? { build, outcome: parseOutcome(readFileSync(path, 'utf8')) } : { build };
  }

  #forget(buildId: string): void {
    this.#tasks
      .get(buildId)
      ?.process?.abandon()
      .catch(() => undefined);
    this.#tasks.delete(buildId);
    for (const kind of ['build', 'outcome'] as const) rmSync(this.#path(buildId, kind), { force: true });
  }

  #path(buildId: string, kind: 'build' | 'outcome'): string {
    return join(this.#options.folder, `${buildId}.${kind}.json`);
  }
}
