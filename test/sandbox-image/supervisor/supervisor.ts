import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SandboxClient } from '../../../platform/sandboxes/client.ts';
import type { Isolation, Job, JobResult } from '../../../sandbox-image/protocol/job.ts';

const main = fileURLToPath(new URL('../../../sandbox-image/supervisor/main.ts', import.meta.url));

export const isRoot = process.getuid?.() === 0;
/** The isolation levels that the user of this process can test. */
export const levels = isRoot ? (['floor', 'namespaces'] as const) : (['namespaces'] as const);

export type Text = Omit<JobResult, 'stdout' | 'stderr'> & {
  readonly stdout: string;
  readonly stderr: string;
};

/** A real supervisor and a client as the pool uses it. */
export class Supervisor {
  readonly process: ChildProcess;
  readonly ready: { readonly publicKeyB64: string; readonly listen: string; readonly isolation: Isolation };
  readonly client: SandboxClient;
  readonly #directory: string;

  private constructor(child: ChildProcess, ready: Supervisor['ready'], directory: string) {
    this.process = child;
    this.ready = ready;
    this.client = new SandboxClient(ready.listen, Buffer.from(ready.publicKeyB64, 'base64'));
    this.#directory = directory;
  }

  static async start(env: NodeJS.ProcessEnv = {}, uid?: number, at?: string): Promise<Supervisor> {
    const directory = mkdtempSync('/tmp/strongroom-test-');
    const user = uid === undefined ? {} : { uid, gid: uid };
    const listen = at ?? (uid === undefined ? `unix:${join(directory, 's.sock')}` : '127.0.0.1:0');
    const child = spawn(process.execPath, [main, '--listen', listen, '--end-with-stdin'], {
      ...user,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint += chunk;
    });
    const ready = await new Promise<Supervisor['ready']>((resolve, reject) => {
      child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
      child.once('close', () => reject(new Error(complaint.trim())));
    }).catch((error: unknown) => {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    });
    return new Supervisor(child, ready, directory);
  }

  async run(code: string, job: Partial<Job> = {}): Promise<Text> {
    const result = await this.client.run({
      executionId: randomUUID(),
      language: 'python',
      code,
      stdin: '',
      args: [],
      env: {},
      files: [],
      timeoutMs: 10_000,
      ...job,
    });
    const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    return { ...result, stdout: decode(result.stdout), stderr: decode(result.stderr) };
  }

  async stop(): Promise<void> {
    this.client.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const closed = new Promise((resolve) => this.process.once('close', resolve));
      this.process.stdin?.end();
      await closed;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
