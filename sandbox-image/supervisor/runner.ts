import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { languages } from '../../contract/languages.ts';
import {
  type BundleSource,
  type Job,
  type JobFile,
  type JobResult,
  type JobStatus,
  type OutputChunk,
  SandboxLost,
} from '../protocol/job.ts';
import { Bundles } from './bundles.ts';
import { type Collected, collect } from './collect.ts';
import type { Config, Limits } from './config.ts';
import { findImports } from './find-imports.ts';
import { Output } from './output.ts';
import { findProcesses, measureDisk, measureMemory, measureUnnamed } from './resource-usage.ts';
import type { SlotPools } from './slot-pools.ts';
import type { Slot, SlotKind } from './slot-types.ts';
import type { Ended } from './zygote.ts';

/** The queue of this sandbox is full. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/** This execution id was used before. */
export class Replayed extends Error {
  override readonly name = 'Replayed';
}

type OnOutput = (chunk: OutputChunk) => void;
type RunnerConfig = Pick<
  Config,
  'limits' | 'concurrency' | 'waiting' | 'packages' | 'preimport' | 'temporary'
>;

/** Why the supervisor ended a run. */
type Cause = 'deadline' | 'memory' | 'disk' | 'stop';

type Running = Slot & { readonly startedAt: number; end(cause: Cause): void };

const watchMs = 50;
const diskEvery = 4;
/** A killed run ends immediately, but wiping what it left may take seconds. */
const overdueMs = 30_000;
/** The collector has exited before the zygote reports it; only reading its output remains. */
const collectMs = 5_000;
const remembered = 10_000;
/** Disk space that is reserved for the host, because not all that a run takes can be measured. */
const reservedBytes = 64 * 1024 * 1024;

/** Runs jobs. It enforces deadlines and limits and collects output and results, all beyond the reach of programs. */
export class Runner {
  readonly #pools: Pick<SlotPools, 'take'>;
  readonly #config: RunnerConfig;
  readonly #limits: Limits;
  readonly #bundles: Bundles;
  readonly #running = new Map<string, Running>();
  /** Executions without a slot, and whether they were stopped. */
  readonly #waiting = new Map<string, { stopped: boolean }>();
  readonly #queue: (() => void)[] = [];
  readonly #seen = new Set<string>();
  readonly #ends = new Set<Promise<JobResult>>();
  #active = 0;
  #closing = false;
  #watch: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(pools: Pick<SlotPools, 'take'>, config: RunnerConfig) {
    this.#pools = pools;
    this.#config = config;
    this.#limits = config.limits;
    this.#bundles = new Bundles(config.packages);
  }

  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#active, waiting: this.#queue.length };
  }

  /**
   * @param frame the encoded job for the process of the program
   * @param packagesFrom where to fetch its bundle if it is not in this sandbox
   * @throws Busy, Replayed, NoSuchPackages, SandboxLost, SandboxUnavailable
   */
  run(job: Job, frame: Uint8Array, onOutput?: OnOutput, packagesFrom?: BundleSource): Promise<JobResult> {
    const end = this.#run(job, frame, onOutput, packagesFrom);
    this.#ends.add(end);
    return end.finally(() => this.#ends.delete(end));
  }

  async #run(
    job: Job,
    frame: Uint8Array,
    onOutput?: OnOutput,
    packagesFrom?: BundleSource,
  ): Promise<JobResult> {
    const id = job.executionId;
    if (this.#closing) throw new SandboxLost('the sandbox is shutting down');
    if (this.#seen.has(id)) throw new Replayed('this execution was already run');
    const { concurrency, waiting } = this.#config;
    if (this.#active >= concurrency && this.#queue.length >= waiting) {
      throw new Busy('too many runs are waiting');
    }
    this.#remember(id);
    const place = { stopped: false };
    this.#waiting.set(id, place);
    await this.#enter();
    try {
      const kind = await this.#kindOf(job, packagesFrom);
      const preimport = kind.packages ? findImports(job.code, this.#config.preimport) : [];
      const slot = await this.#pools.take(kind, preimport);
      this.#waiting.delete(id);
      return await this.#supervise(job, frame, slot, place.stopped || this.#closing, onOutput);
    } finally {
      this.#waiting.delete(id);
      this.#leave();
    }
  }

  /** Bundles contain Python modules only. */
  async #kindOf({ language, packages }: Job, from: BundleSource | undefined): Promise<SlotKind> {
    if (packages === undefined || !languages[language].usesPackages) return { language, packages: null };
    return { language, packages: await this.#bundles.find(packages, from) };
  }

  /** Stops a run. Returns false if there is no such run. */
  stop(executionId: string): boolean {
    const waiting = this.#waiting.get(executionId);
    if (waiting) waiting.stopped = true;
    this.#running.get(executionId)?.end('stop');
    return waiting !== undefined || this.#running.has(executionId);
  }

  /** Ends all runs, and starts no others. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const run of this.#running.values()) run.end('stop');
    await Promise.allSettled(this.#ends);
  }

  async #supervise(
    job: Job,
    frame: Uint8Array,
    slot: Slot,
    stopped: boolean,
    onOutput?: OnOutput,
  ): Promise<JobResult> {
    const output = (stream: OutputChunk['stream']) =>
      new Output(
        slot.channels[stream],
        this.#limits.outputBytes,
        onOutput && ((bytes) => onOutput({ stream, bytes })),
      );
    const [stdout, stderr] = [output('stdout'), output('stderr')];
    const startedAt = performance.now();
    let cause: Cause | undefined;
    let overdue: NodeJS.Timeout | undefined;
    const end = (why: Cause) => {
      cause ??= why;
      slot.kill();
      overdue ??= setTimeout(() => slot.abandon(), overdueMs);
    };
    const deadline = setTimeout(() => end('deadline'), job.timeoutMs);
    this.#running.set(job.executionId, { ...slot, startedAt, end });
    this.#startWatch();
    const collected = slot.collector.then((socket) => collect(socket, given(job), this.#limits));
    try {
      if (stopped) end('stop');
      else slot.channels.job.end(frame);
      const ended = await slot.ended;
      const durationMs = Math.round(performance.now() - startedAt);
      await Promise.all([stdout.closed, stderr.closed]);
      const { files, omittedFiles } = await filesOf(ended, collected);
      return {
        executionId: job.executionId,
        status: statusOf(ended, cause),
        exitCode: ended.exitCode,
        signal: ended.signal,
        stdout: stdout.bytes(),
        stderr: stderr.bytes(),
        truncated: { stdout: stdout.truncated, stderr: stderr.truncated },
        durationMs,
        cpuMs: ended.cpuMs,
        peakMemoryBytes: ended.peakMemoryBytes,
        files,
        omittedFiles,
        isolation: slot.isolation,
      };
    } finally {
      clearTimeout(deadline);
      clearTimeout(overdue);
      this.#running.delete(job.executionId);
      for (const socket of Object.values(slot.channels)) socket.destroy();
    }
  }

  #enter(): Promise<void> | undefined {
    if (this.#active < this.#config.concurrency) {
      this.#active += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#active -= 1;
  }

  #remember(id: string): void {
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** Polls the usage of runs, because there may be no cgroups to limit it. Short runs end before the first poll. */
  #startWatch(): void {
    this.#watch ??= setInterval(() => {
      if (this.#running.size === 0) {
        clearInterval(this.#watch);
        this.#watch = undefined;
        return;
      }
      this.#ticks += 1;
      this.#enforceLimits(this.#ticks % diskEvery === 0);
    }, watchMs);
  }

  #enforceLimits(includeDisk: boolean): void {
    const now = performance.now();
    const runs = [...this.#running.values()].filter((run) => now - run.startedAt > watchMs / 2);
    const processes = findProcesses(runs);
    for (const [run, pids] of processes) {
      if (measureMemory(run.zygotePid, pids) > this.#limits.memoryBytes) run.end('memory');
    }
    if (!includeDisk) return;
    const reserve = freeBytes(this.#config.temporary) < reservedBytes;
    for (const run of runs) {
      const bytes = measureDisk(run.directory) + measureUnnamed(processes.get(run) ?? []);
      if (reserve || bytes > this.#limits.diskBytes) run.end('disk');
    }
  }
}

/** Returns the files that exist when the program starts. */
function given({ language, code, files }: Job): readonly JobFile[] {
  const { programFile } = languages[language];
  return programFile === null ? files : [...files, { path: programFile, content: Buffer.from(code) }];
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

async function filesOf(ended: Ended, collected: Promise<Collected>): Promise<Collected> {
  if (ended.collected === null) return { files: [], omittedFiles: 0 };
  // There was at least one file; the collector was killed before it could list the rest.
  const unknown = { files: [], omittedFiles: 1 };
  return ended.collected ? Promise.race([collected, sleep(collectMs, unknown, { ref: false })]) : unknown;
}

/** A program that ended by itself before the signal arrived keeps its own status. */
function statusOf(ended: Ended, cause: Cause | undefined): JobStatus {
  if (ended.exitCode === 0) return 'completed';
  if (ended.exitCode !== null || cause === undefined) return 'failed';
  return cause === 'deadline' ? 'timed_out' : 'killed';
}
