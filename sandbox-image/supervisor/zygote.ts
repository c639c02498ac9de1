import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Language } from '../../contract/languages.ts';
import type { Isolation } from '../protocol/job.ts';
import type { Limits, SandboxLevel } from './config.ts';

export type ZygoteSettings = {
  readonly base: string;
  readonly socket: string;
  readonly level: SandboxLevel;
  readonly landlockAbi: number;
  readonly firstUid: number | null;
  readonly uidLocks: string;
  readonly limits: Limits;
  /** Path of the Node.js for JavaScript, or null without one. */
  readonly node: string | null;
  /** The script that Node.js starts with. */
  readonly bootstrap: string;
  /** Whether the zygote imports packages of the image before any run. */
  readonly preloadPackages: boolean;
};

export type Fork = {
  readonly slot: string;
  readonly token: string;
  readonly language: Language;
  readonly packages: string | null;
  readonly preimport: readonly string[];
};

export type Forked = {
  readonly event: 'forked';
  readonly slot: string;
  readonly pid: number;
  readonly uid: number | null;
  readonly directory: string;
};

export type Ended = {
  readonly event: 'ended';
  readonly slot: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  /** Whether all files that the run left were collected, or null if it left none. */
  readonly collected: boolean | null;
};

type ZygoteEvent =
  | { readonly event: 'ready'; readonly isolation: Isolation; readonly packagesPreloaded: boolean }
  | { readonly event: 'refused'; readonly reason: string }
  | Forked
  | Ended;

export type ZygoteListener = {
  onForked(event: Forked): void;
  onEnded(event: Ended): void;
  /** @param complaint the last output on stderr, which never contains anything of a job */
  onDeath(complaint: string): void;
};

/** This host cannot enforce the floor. The message says what would help. */
export class IsolationRefused extends Error {
  override readonly name = 'IsolationRefused';
}

const startMs = 30_000;
/** Next to this folder in the repository, below it in the bundle. */
const program = ['../zygote/', './zygote/']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place));

/** The running zygote. Orders and events are JSON objects, one per line, on its descriptor 3. */
export class Zygote {
  readonly isolation: Isolation;
  readonly packagesPreloaded: boolean;
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #control: Duplex;

  private constructor(
    process: ChildProcess,
    control: Duplex,
    isolation: Isolation,
    packagesPreloaded: boolean,
  ) {
    this.#process = process;
    this.#control = control;
    this.isolation = isolation;
    this.packagesPreloaded = packagesPreloaded;
    this.pid = process.pid ?? 0;
  }

  /** @throws IsolationRefused; Error if the zygote does not start */
  static async start(python: string, settings: ZygoteSettings, listener: ZygoteListener): Promise<Zygote> {
    if (!program) throw new Error('the zygote is not installed next to the supervisor');
    const child = spawn(python, ['-I', '-B', program, JSON.stringify(settings)], {
      // A session of its own: only the supervisor handles Ctrl-C in the terminal.
      detached: true,
      env: { LANG: 'C.UTF-8', PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    const control = child.stdio[3] as Duplex;
    const { promise, resolve, reject } = Promise.withResolvers<Zygote>();
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), startMs);
    child.once('error', reject);
    child.once('close', () => {
      const reason = complaint.trim();
      reject(new Error(`the zygote ended before it was ready: ${reason.split('\n').at(-1) ?? ''}`));
      listener.onDeath(reason);
    });
    control.on('error', () => child.kill('SIGKILL'));
    eachLine(control, (line) => {
      const event = JSON.parse(line) as ZygoteEvent;
      if (event.event === 'ready') {
        resolve(new Zygote(child, control, event.isolation, event.packagesPreloaded));
      } else if (event.event === 'refused') reject(new IsolationRefused(event.reason));
      else if (event.event === 'forked') listener.onForked(event);
      else listener.onEnded(event);
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  fork(slot: Fork): void {
    this.#control.write(`${JSON.stringify({ order: 'fork', ...slot })}\n`);
  }

  kill(slot: string): void {
    this.#control.write(`${JSON.stringify({ order: 'kill', slot })}\n`);
  }

  /** Kills the zygote. The next one removes what it leaves. */
  destroy(): void {
    this.#process.kill('SIGKILL');
  }

  /** Asks the zygote to kill all runs, wipe their directories and exit. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = new Promise<void>((resolve) => this.#process.once('close', () => resolve()));
    this.#control.end();
    const timer = setTimeout(() => this.destroy(), 10_000);
    await closed;
    clearTimeout(timer);
  }
}

function eachLine(stream: Duplex, handle: (line: string) => void): void {
  let pending = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) handle(line);
  });
}
