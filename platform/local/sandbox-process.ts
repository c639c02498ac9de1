import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SandboxUnavailable } from '../../sandbox-image/protocol/job.ts';
import { register, registered, SandboxPool, type SandboxProvider, unregister } from '../sandboxes/pool.ts';
import type { Sandboxes } from '../sandboxes.ts';
import type { Table } from '../table.ts';

export type SandboxProcessOptions = {
  /** Most concurrent supervisors, one for each tenant that runs programs. */
  readonly maxProcesses?: number;
  /** Time without a run after which the supervisor of a tenant ends. */
  readonly idleMs?: number;
  /** Settings for the supervisor (`STRONGROOM_PYTHON`, `STRONGROOM_SANDBOX_*`) in addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
};

type Member = {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  active: number;
  leased: boolean;
  idleSince: number;
};

type Ready = { readonly listen: string; readonly publicKeyB64: string };

const supervisor = fileURLToPath(new URL('../../sandbox-image/supervisor/main.ts', import.meta.url));
const startMs = 20_000;
const stopMs = 15_000;
/** Delay before the next attempt after a failed start. */
const retryMs = 10_000;
const inheritedNames = /^(PATH|TMPDIR|LANG|STRONGROOM_PYTHON|STRONGROOM_SANDBOX_\w+)$/;

/**
 * The sandboxes of this machine: one supervisor process per tenant, and one kept ready for the next tenant. They never
 * outlive this process.
 */
export class SandboxProcesses implements SandboxProvider {
  readonly #table: Table;
  readonly #maxProcesses: number;
  readonly #idleMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #members = new Map<string, Member>();
  readonly #pool: SandboxPool;
  /** Other users cannot enter it, so only this user can reach the supervisors. */
  readonly #directory = mkdtempSync(join(tmpdir(), 'strongroom-'));
  #starting: Promise<void> | undefined;
  #refusal: { readonly error: SandboxUnavailable; readonly until: number } | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(
    table: Table,
    { maxProcesses = 8, idleMs = 10 * 60_000, env = {} }: SandboxProcessOptions = {},
  ) {
    this.#table = table;
    this.#maxProcesses = maxProcesses;
    this.#idleMs = idleMs;
    const inherited = Object.entries(process.env).filter(([name]) => inheritedNames.test(name));
    this.#env = { ...Object.fromEntries(inherited), ...env };
    this.#pool = new SandboxPool(table, this);
  }

  get sandboxes(): Sandboxes {
    return this.#pool;
  }

  /** Resolves when the first sandbox is ready, or when none can start; `ping` then rejects with the reason. */
  async start(): Promise<void> {
    // The sandboxes that an earlier process registered ended with it.
    for (const sandboxId of await registered(this.#table)) await unregister(this.#table, sandboxId);
    this.#idleTimer = setInterval(() => this.#retireIdle(), Math.min(this.#idleMs, 30_000));
    this.#idleTimer.unref();
    await this.request().catch((error: unknown) => {
      if (!(error instanceof SandboxUnavailable)) throw error;
    });
  }

  request(): Promise<void> {
    if (this.#closing) return Promise.reject(new SandboxUnavailable('the appliance is shutting down'));
    this.#starting ??= this.#startOne().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  onLease(sandboxId: string): void {
    const member = this.#members.get(sandboxId);
    if (!member) return;
    member.active += 1;
    if (member.leased) return;
    member.leased = true;
    // Start one ahead, so that the next tenant need not wait, but never in place of another tenant's.
    if (this.#members.size < this.#maxProcesses) this.request().catch(() => undefined);
  }

  onRelease(sandboxId: string): void {
    const member = this.#members.get(sandboxId);
    if (!member) return;
    member.active -= 1;
    member.idleSince = Date.now();
  }

  async retire(sandboxId: string): Promise<void> {
    const member = this.#members.get(sandboxId);
    if (!member) return;
    this.#members.delete(sandboxId);
    this.#pool.forget(sandboxId);
    await unregister(this.#table, sandboxId);
    await stop(member);
  }

  async check(): Promise<void> {
    if (this.#members.size > 0) return;
    if (this.#refusal) throw this.#refusal.error;
    await this.request();
  }

  /** Ends all supervisors and their runs. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#idleTimer);
    await this.#starting?.catch(() => undefined);
    await Promise.all([...this.#members.keys()].map((sandboxId) => this.retire(sandboxId)));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #startOne(): Promise<void> {
    if (this.#refusal && Date.now() < this.#refusal.until) throw this.#refusal.error;
    if ([...this.#members.values()].some((member) => !member.leased)) return;
    if (this.#members.size >= this.#maxProcesses && !(await this.#makeRoom())) return;
    const sandboxId = `local-${randomUUID()}`;
    try {
      await this.#launch(sandboxId);
      this.#refusal = undefined;
    } catch (error) {
      const refusal = new SandboxUnavailable((error as Error).message);
      this.#refusal = { error: refusal, until: Date.now() + retryMs };
      throw refusal;
    }
  }

  async #launch(sandboxId: string): Promise<void> {
    const socket = join(this.#directory, `${sandboxId.slice(0, 20)}.sock`);
    const child = spawn(process.execPath, [supervisor, '--listen', `unix:${socket}`, '--end-with-stdin'], {
      // A session of its own: Ctrl-C in the terminal reaches only this process, which then ends the runs in order.
      detached: true,
      env: this.#env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const member: Member = { process: child, ended, active: 0, leased: false, idleSince: Date.now() };
    const ready = await readyLine(child).catch(async (error: Error) => {
      await stop(member);
      throw error;
    });
    this.#members.set(sandboxId, member);
    await register(this.#table, {
      sandboxId,
      url: ready.listen,
      publicKey: Buffer.from(ready.publicKeyB64, 'base64'),
    });
    ended.then(() => this.retire(sandboxId)).catch(() => undefined);
  }

  /** Ends the sandbox that has been idle for the longest time. */
  async #makeRoom(): Promise<boolean> {
    const [oldest] = [...this.#members]
      .filter(([, member]) => member.leased && member.active === 0)
      .sort(([, a], [, b]) => a.idleSince - b.idleSince);
    if (!oldest) return false;
    await this.retire(oldest[0]);
    return true;
  }

  #retireIdle(): void {
    const before = Date.now() - this.#idleMs;
    for (const [sandboxId, member] of this.#members) {
      if (member.leased && member.active === 0 && member.idleSince < before) {
        this.retire(sandboxId).catch(() => undefined);
      }
    }
  }
}

/** @throws Error with the message of the supervisor if it ends before it is ready */
function readyLine(child: ChildProcess): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const timer = setTimeout(() => reject(new Error('the sandbox supervisor did not become ready')), startMs);
  let output = '';
  let complaint = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    const end = output.indexOf('\n');
    if (end >= 0) resolve(JSON.parse(output.slice(0, end)) as Ready);
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  child.stdin?.on('error', () => undefined);
  child.once('error', reject);
  child.once('close', () =>
    reject(new Error(complaint.trim() || 'the sandbox supervisor ended immediately')),
  );
  return promise.finally(() => clearTimeout(timer));
}

/** Closes the standard input of the supervisor, which then ends its runs and exits. */
async function stop({ process: child, ended }: Member): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}
