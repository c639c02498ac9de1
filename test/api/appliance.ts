import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeReadOnly } from '../../sandbox-image/protocol/bundle-folder.ts';
import type { Target } from './target.ts';

const program = resolve(import.meta.dirname, '..', '..', 'bin', 'local.ts');

/** Limits that no test reaches by accident; tests of limits set their own. */
const roomy = {
  STRONGROOM_API_RATE_LIMIT: '1000000/60',
  STRONGROOM_AUTH_RATE_LIMIT: '1000000/60',
  STRONGROOM_SECRET_RATE_LIMIT: '1000000/60',
  STRONGROOM_MESSAGE_RATE_LIMIT: '1000000/60',
  STRONGROOM_TOKEN_MESSAGE_RATE_LIMIT: '1000000/60',
};

/** `npm start` in a separate process, on a data folder that survives restarts. */
export class TestAppliance {
  readonly data: string;
  readonly #env: NodeJS.ProcessEnv;
  /** Outside the data folder, since programs that run as other users must be able to read it. */
  readonly packages: string;
  #process: ChildProcess | undefined;
  #output = '';
  #url = '';
  #administratorKey = '';

  private constructor(env: NodeJS.ProcessEnv) {
    this.data = mkdtempSync(join(tmpdir(), 'strongroom-api-'));
    this.packages = mkdtempSync(join(tmpdir(), 'strongroom-packages-'));
    chmodSync(this.packages, 0o755);
    this.#env = env;
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<TestAppliance> {
    const appliance = new TestAppliance(env);
    await appliance.start();
    return appliance;
  }

  get target(): Target {
    return { url: this.#url, administratorKey: this.#administratorKey, cannotPass: new Set() };
  }

  /** Everything that it has printed since its first start. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** @throws Error with the printed output if it exits before it is ready */
  async start(): Promise<void> {
    const before = this.#output.length;
    const child = spawn(process.execPath, [program, '--port', '0', '--data', this.data], {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        STRONGROOM_SANDBOX_PACKAGES: this.packages,
        // The discard port: no test may reach an index that it did not start itself.
        STRONGROOM_PACKAGE_INDEX: 'http://127.0.0.1:9/simple/',
        ...roomy,
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const ready = Promise.withResolvers<string>();
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString();
      const line = /^Strongroom is ready at (\S+)$/m.exec(this.#output.slice(before));
      if (line) ready.resolve(line[1] as string);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('close', () => ready.reject(new Error(this.#output.slice(before))));
    this.#url = await ready.promise;
    this.#administratorKey ||= /^Administrator key: (\S+)$/m.exec(this.#output)?.[1] ?? '';
  }

  /** Returns the exit code, or null if the signal killed the process. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    const [code] = await once(child, 'close');
    return code;
  }

  /** Stops the process and removes its data. */
  async remove(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.data, { recursive: true, force: true });
    removeReadOnly(this.packages);
  }
}
