import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoTable } from '../../platform/aws/dynamo-table.ts';
import { register } from '../../platform/sandboxes/pool.ts';
import type { Table } from '../../platform/table.ts';

const spares = 2;
const pollMs = 100;
const stopMs = 10_000;

/**
 * Sandboxes for the deployment under test, instead of Fargate's: real supervisors on loopback, registered as ready in the
 * deployed table. Each is leased to one user and never to another, so more are started whenever one is leased.
 */
export class CloudSandboxes {
  readonly #table: Table;
  readonly #root: string;
  readonly #path: string;
  readonly #processes: ChildProcess[] = [];
  readonly #stopping = new AbortController();
  #keeping: Promise<void> | undefined;

  /** @param tableName deployed name of the table `sandboxes` */
  constructor(
    client: DynamoDBClient,
    tableName: string,
    { root, path }: { readonly root: string; readonly path: string },
  ) {
    this.#table = new DynamoTable(client, () => tableName);
    this.#root = root;
    this.#path = path;
  }

  /** @throws Error with the supervisor's message if this machine cannot run programs */
  async start(): Promise<void> {
    await this.#holdTurn();
    await this.#fill();
    this.#keeping = this.#keep();
    this.#keeping.catch(() => undefined);
  }

  /** @throws Error if a supervisor could not be started meanwhile */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#keeping?.finally(() => this.#end());
  }

  /** Makes the deployed reconciler believe that another run is in progress, because its tasks would only be recorded. */
  async #holdTurn(): Promise<void> {
    const until = Date.now() + 24 * 60 * 60_000;
    await this.#table.transact([
      { table: 'sandboxes', put: { pk: 'keeper', sk: 'turn', token: randomUUID(), until } },
    ]);
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#fill();
      await after(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #fill(): Promise<void> {
    const { items } = await this.#table.query({ table: 'sandboxes', pk: 'sandbox', limit: 100 });
    const missing = spares - items.filter(({ state }) => state === 'ready').length;
    for (let count = 0; count < missing && !this.#stopping.signal.aborted; count++) await this.#startOne();
  }

  async #startOne(): Promise<void> {
    const program = join(this.#root, 'sandbox-image', 'supervisor', 'main.ts');
    const child = spawn('node', [program, '--listen', '127.0.0.1:0', '--end-with-stdin'], {
      env: { PATH: this.#path, ...pythonOf(process.env) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    const [line] = await Promise.race([
      once(createInterface(child.stdout), 'line'),
      once(child, 'close').then(() => {
        throw new Error('the sandbox supervisor exited immediately');
      }),
    ]);
    const { listen: url, publicKeyB64 } = JSON.parse(line) as { listen: string; publicKeyB64: string };
    await register(this.#table, {
      sandboxId: `cloud-test-${randomUUID()}`,
      url,
      publicKey: Buffer.from(publicKeyB64, 'base64'),
    });
  }

  async #end(): Promise<void> {
    const running = this.#processes.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const ended = running.map((child) => once(child, 'close'));
    // They exit when their standard input closes.
    for (const child of running) child.stdin?.end();
    await Promise.race([Promise.all(ended), after(stopMs, undefined, { ref: false })]);
    for (const child of running) child.kill('SIGKILL');
  }
}

function pythonOf({ STRONGROOM_PYTHON }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return STRONGROOM_PYTHON ? { STRONGROOM_PYTHON } : {};
}
