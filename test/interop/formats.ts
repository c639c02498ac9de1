import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fromHex, hex } from '../support/bytes.ts';
import { virtualEnv } from '../support/virtual-env.ts';

type Fields = { readonly [name: string]: unknown };

/** The Python implementation of the formats: `formats.py`, one request at a time. */
export class Formats {
  readonly #python: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(python: string) {
    const script = resolve(import.meta.dirname, 'formats.py');
    this.#python = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#reader = createInterface(this.#python.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** @throws Error where there is no Python 3.10 or newer, or a package cannot be installed */
  static async start(): Promise<Formats> {
    const root = resolve(import.meta.dirname, '..', '..');
    const folder = resolve(root, '.venv', 'interop');
    const requirements = resolve(import.meta.dirname, 'requirements.txt');
    const log = await mkdtemp(join(tmpdir(), 'strongroom-interop-'));
    try {
      const options = { cwd: root, env: process.env, signal: AbortSignal.timeout(240_000) };
      const python = await virtualEnv(folder, requirements, { ...options, logFile: join(log, 'pip.log') });
      return new Formats(python);
    } finally {
      await rm(log, { recursive: true });
    }
  }

  async bytes(operation: string, request: Fields): Promise<Uint8Array> {
    return fromHex((await this.ask(operation, request)) as string);
  }

  /** @throws Error where the implementation refuses */
  async ask(operation: string, request: Fields): Promise<unknown> {
    const entries = Object.entries(request);
    const bytes = entries.filter(([, value]) => value instanceof Uint8Array);
    const rest = entries.filter(([, value]) => !(value instanceof Uint8Array));
    const message = {
      operation,
      bytes: Object.fromEntries(bytes.map(([name, value]) => [name, hex(value as Uint8Array)])),
      fields: Object.fromEntries(rest),
    };
    this.#python.stdin.write(`${JSON.stringify(message)}\n`);
    const { value } = await this.#lines.next();
    const answer = JSON.parse(value as string) as { readonly result?: unknown; readonly error?: string };
    if (answer.error) throw new Error(`refused: ${answer.error}`);
    return answer.result;
  }

  async stop(): Promise<void> {
    this.#reader.close();
    this.#python.stdin.end();
    if (this.#python.exitCode === null) await once(this.#python, 'exit');
  }
}
