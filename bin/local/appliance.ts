import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { jobs } from '../../contract/jobs.ts';
import { routes } from '../../contract/routes.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import type { JobHandler } from '../../lambdas/pipeline/job-handler.ts';
import { addAdministratorKey, hasAdministratorKey } from '../../lambdas/stores/credentials.ts';
import { ensureDefaultOrg } from '../../lambdas/stores/orgs.ts';
import { isBundleInUse } from '../../lambdas/stores/packages.ts';
import { BackgroundWork } from '../../platform/local/background-work.ts';
import { BuildProcesses } from '../../platform/local/build-processes.ts';
import { FileKeys } from '../../platform/local/file-keys.ts';
import { FileObjects } from '../../platform/local/file-objects.ts';
import { localGenerator } from '../../platform/local/generator.ts';
import { SandboxProcesses } from '../../platform/local/sandbox-process.ts';
import { SqliteTable } from '../../platform/local/sqlite-table.ts';
import { describeError, logger } from '../../platform/logger.ts';
import { usePlatform } from '../../platform/platform.ts';
import { currentSettings } from '../../platform/settings.ts';
import type { Table } from '../../platform/table.ts';
import { callOrigin } from './call-origin.ts';
import { closeLostExecutions } from './executions.ts';
import { loadHandler } from './handlers.ts';
import { JobTimers } from './job-timers.ts';
import { Router } from './router.ts';
import { createApplianceServer } from './server.ts';

export type ApplianceOptions = {
  /** Folder of all data; created if it does not exist. */
  readonly data: string;
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
};

export type Appliance = {
  readonly url: string;
  /** Only after the first start. */
  readonly administratorKey: string | undefined;
  /** Waits for requests in progress, then closes everything. */
  stop(): Promise<void>;
};

/** Another process uses this data folder. */
export class DataInUse extends Error {
  override readonly name = 'DataInUse';
}

/** How long requests in progress get before their programs are stopped and their connections closed. */
const graceMs = 5_000;
const sweepMs = 60 * 60_000;
const sqliteBusy = 5;

/** Starts the whole appliance in this process, with the adapters for one machine. @throws DataInUse */
export async function startAppliance({ data, host, port }: ApplianceOptions): Promise<Appliance> {
  const folder = resolve(data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);

  let listening = '';
  const baseUrl = () => currentSettings().STRONGROOM_PUBLIC_URL ?? (callOrigin.getStore() || listening);
  // Only one process can open the index of the objects, so it is opened first, to keep a second process out.
  const objects = refuseSecond(
    folder,
    () => new FileObjects(join(folder, 'objects'), { baseUrl, signingKey: randomBytes(32) }),
  );
  const table = new SqliteTable(join(folder, 'strongroom.db'));
  const keys = new FileKeys(join(folder, 'keys.json'));
  const bundles = bundleFolder(folder);
  const supply = new SandboxProcesses(table, { env: { STRONGROOM_SANDBOX_PACKAGES: bundles } });
  const builder = new BuildProcesses({
    folder: join(folder, 'builds'),
    bundles,
    isInUse: (bundleId) => isBundleInUse(table, bundleId),
  });
  const generator = localGenerator(currentSettings(), process.env.STRONGROOM_GENERATOR_KEY);
  const background = new BackgroundWork((operationId) => loadHandler<JobHandler>(operationId));
  usePlatform({ table, objects, keys, sandboxes: supply.sandboxes, builder, generator, background });
  builder.start();

  await Promise.all([supply.start(), closeLostExecutions(table, new Date())]);
  await ensureDefaultOrg(table, new Date());
  const administratorKey = await firstAdministratorKey(table);
  const server = createApplianceServer({ router: new Router(routes), loadHandler, objects });
  await listen(server, port, host);
  listening = urlOf(server);

  const timers = new JobTimers(jobs, loadHandler);
  // What AWS does by itself: DynamoDB's TTL, and the lifecycle rules of the buckets.
  const sweepAll = () => sweep(table, objects, builder);
  const sweeping = setInterval(sweepAll, sweepMs);
  sweepAll();
  return {
    url: listening,
    administratorKey,
    async stop() {
      clearInterval(sweeping);
      await timers.stop();
      await closeServer(server, async () => {
        await Promise.all([supply.close(), builder.close()]);
      });
      // The results of detached executions are still to be stored.
      await Promise.race([background.idle(), after(graceMs, undefined, { ref: false })]);
      table.close();
      objects.close();
    },
  };
}

/**
 * Returns the folder of the packages of users' programs. If the server runs as root, programs run as other users, which
 * cannot enter the data folder, so the packages are stored elsewhere.
 */
function bundleFolder(data: string): string {
  const named = process.env.STRONGROOM_SANDBOX_PACKAGES;
  if (named) return resolve(named);
  if (process.getuid?.() !== 0) return join(data, 'packages');
  const installation = createHash('sha256').update(data).digest('hex').slice(0, 16);
  return join('/var/lib/strongroom', installation, 'packages');
}

function refuseSecond<T>(folder: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    throw new DataInUse(`another Strongroom uses ${folder}; stop it, or choose another folder with --data`, {
      cause: error,
    });
  }
}

async function firstAdministratorKey(table: Table): Promise<string | undefined> {
  if (await hasAdministratorKey(table)) return undefined;
  const key = mintAccessKey('sradm');
  await table.transact(addAdministratorKey(key, new Date()));
  return key.text;
}

/** @throws Error if the port is in use */
async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} of ${host} is in use; choose another one with --port`, { cause: error });
  }
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Deletes what has expired in each store: items, abandoned uploads, and package bundles that no list refers to. */
function sweep(...stores: readonly { sweep(): Promise<number> }[]): void {
  for (const store of stores) {
    store.sweep().catch((error: unknown) => logger.error('sweep failed', describeError(error)));
  }
}

/** Stops accepting requests and waits for those in progress, at the latest until their programs have been stopped. */
async function closeServer(server: Server, endPrograms: () => Promise<void>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection whose request has finished would stay open for another request.
  const closing = setInterval(() => server.closeIdleConnections(), 50);
  const over = new AbortController();
  await Promise.race([closed, after(graceMs, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
  await endPrograms();
  const last = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(last);
  clearInterval(closing);
}
