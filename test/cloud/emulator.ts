import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { tail } from '../support/command.ts';
import { recordedTypes } from './unsupported.ts';

export const account = '111122223333';
export const region = 'eu-central-1';

const startMs = 60_000;
const stopMs = 5_000;

export type Emulator = {
  readonly endpoint: string;
  /** Everything that a client needs to reach it, and nothing of the caller's own AWS configuration. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Stops it and every function that it runs. */
  stop(): Promise<void>;
};

/**
 * Starts the emulator on a free loopback port, with its state in `folder`. It enforces IAM, and it uses TLS, because the
 * bucket policies, which it enforces too, refuse everything else.
 *
 * @param path where functions find `node`
 * @throws Error with the end of its log if it does not start
 */
export async function startEmulator(python: string, folder: string, path: string): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `https://127.0.0.1:${port}`;
  const certificate = join(folder, 'certificate.pem');
  const logFile = join(folder, 'emulator.log');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });

  // Functions inherit the emulator's environment, so the caller's must not leak into it.
  const shared = {
    PATH: path,
    HOME: folder,
    TMPDIR: temporary,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    NODE_EXTRA_CA_CERTS: certificate,
  };
  const root = { AWS_ACCESS_KEY_ID: 'cloudtest', AWS_SECRET_ACCESS_KEY: randomBytes(16).toString('hex') };
  const arguments_ = [JSON.stringify(Object.keys(recordedTypes)), certificate, join(folder, 'key.pem')];
  const log = openSync(logFile, 'a');
  const child = spawn(python, [join(import.meta.dirname, 'emulator.py'), ...arguments_], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', log, log],
    env: {
      ...shared,
      ...root,
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_SSL_CERT: certificate,
      MINISTACK_SSL_KEY: join(folder, 'key.pem'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      STATE_DIR: join(folder, 'state'),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
  });
  closeSync(log);
  try {
    await Promise.race([ready(child, endpoint, certificate), failure(child)]);
  } catch (error) {
    await stop(child);
    throw new Error(`the emulator did not start\n${await tail(logFile)}`, { cause: error });
  }
  return { endpoint, env: { ...shared, ...root }, logFile, stop: () => stop(child) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no loopback port is free');
  return address.port;
}

async function ready(child: ChildProcess, endpoint: string, certificate: string): Promise<void> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it exited');
    const health = await readJson(`${endpoint}/_ministack/health`, certificate).catch(() => undefined);
    if (health) {
      if (health.auth !== 'enabled') throw new Error('it does not enforce IAM');
      return;
    }
    await after(100);
  }
  throw new Error(`it was not ready in ${startMs / 1000} s`);
}

async function failure(child: ChildProcess): Promise<never> {
  const [error] = await once(child, 'error');
  throw error;
}

async function readJson(url: string, certificate: string): Promise<Record<string, unknown>> {
  const call = request(url, { ca: await readFile(certificate), timeout: 5_000 });
  call.on('timeout', () => call.destroy(new Error('timeout')));
  call.end();
  const [response] = await once(call, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as Record<string, unknown>;
}

/** Functions run in the emulator's process group, and stop with it. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const group = -child.pid;
  const ended =
    child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
  signalGroup(group, 'SIGTERM');
  await Promise.race([ended, after(stopMs, undefined, { ref: false })]);
  signalGroup(group, 'SIGKILL');
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch {
    // No process is left in the group.
  }
}
