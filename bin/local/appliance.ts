import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { BackgroundId } from '../../contract/jobs.ts';
import { operationFile } from '../../contract/operation-file.ts';
import { routes } from '../../contract/routes.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { sequenceAuditLog } from '../../lambdas/audit/sequencer.ts';
import type { StreamHandler } from '../../lambdas/pipeline/endpoint.ts';
import type { JobHandler } from '../../lambdas/pipeline/job-handler.ts';
import { addAdministratorKey, hasAdministratorKey } from '../../lambdas/stores/credentials.ts';
import { sweepContents } from '../../lambdas/stores/message-contents.ts';
import { ensureDefaultOrg } from '../../lambdas/stores/orgs.ts';
import { isBundleInUse } from '../../lambdas/stores/packages.ts';
import { sweepVaultObjects } from '../../lambdas/stores/vault-objects.ts';
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
import { closeLostExecutions, resultSweep } from './executions.ts';
import { Router } from './router.ts';
import { createApplianceServer } from './server.ts';

export type ApplianceOptions = {
  /** Folder of all that the appliance keeps; made where there is none. */
  readonly data: string;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
};

export type Appliance = {
  readonly url: string;
  /** Of a first start, this once. */
  readonly administratorKey: string | undefined;
  /** Lets calls end, then lets go of everything. */
  stop(): Promise<void>;
};

/** Another process has this data folder in use. */
export class DataInUse extends Error {
  override readonly name = 'DataInUse';
}

/** How long calls that are under way get, before their programs are ended and their connections closed. */
const graceMs = 5_000;
const sweepMs = 60 * 60_000;
const sealMs = 5_000;
const sqliteBusy = 5;

/** Starts the whole appliance in this process, on the adapters of one machine. @throws DataInUse */
export async function startAppliance({ data, host, port }: ApplianceOptions): Promise<Appliance> {
  const folder = resolve(data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);

  let listening = '';
  const baseUrl = () => currentSettings().STRONGROOM_PUBLIC_URL ?? (callOrigin.getStore() || listening);
  // The index of the objects is opened for one process alone, so it goes first: it keeps a second one out.
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
  const background = new BackgroundWork(loadWork);
  usePlatform({ table, objects, keys, sandboxes: supply.sandboxes, builder, generator, background });
  builder.start();

  const [handlers] = await Promise.all([
    loadHandlers(),
    supply.start(),
    closeLostExecutions(table, new Date()),
  ]);
  await ensureDefaultOrg(table, new Date());
  const administratorKey = await firstAdministratorKey(table);
  const server = createApplianceServer({ router: new Router(routes), handlers, objects });
  await listen(server, port, host);
  listening = urlOf(server);

  const contents = { sweep: () => sweepContents({ table, objects }) };
  const vault = { sweep: () => sweepVaultObjects({ table, objects }) };
  const sweepAll = () => sweep(table, objects, contents, vault, resultSweep(objects), builder);
  const sweeping = setInterval(sweepAll, sweepMs);
  const sealer = repeatedly(
    sealMs,
    () => sequenceAuditLog({ table, objects, keys }),
    'the audit log was not sealed',
  );
  sweepAll();
  return {
    url: listening,
    administratorKey,
    async stop() {
      clearInterval(sweeping);
      await sealer.stop();
      await closeServer(server, async () => {
        await Promise.all([supply.close(), builder.close()]);
      });
      // How the programs ended that nobody waited for is still to be recorded.
      await Promise.race([background.idle(), after(graceMs, undefined, { ref: false })]);
      table.close();
      objects.close();
    },
  };
}

/**
 * Where the packages of the users' programs are. As root programs run as other users, which cannot enter the data
 * folder, so that they need a place of their own.
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
    throw new DataInUse(
      `another Strongroom is running on ${folder}; stop it, or name another folder by --data`,
      {
        cause: error,
      },
    );
  }
}

async function loadHandlers(): Promise<ReadonlyMap<string, StreamHandler>> {
  const load = async (operationId: string): Promise<[string, StreamHandler]> => [
    operationId,
    await loadHandler<StreamHandler>(operationId),
  ];
  return new Map(await Promise.all(routes.map(({ operationId }) => load(operationId))));
}

const loadWork = (operationId: BackgroundId) => loadHandler<JobHandler>(operationId);

async function loadHandler<Handler>(operationId: string): Promise<Handler> {
  const module = await import(`../../lambdas/${operationFile(operationId)}`);
  return (module as { handler: Handler }).handler;
}

async function firstAdministratorKey(table: Table): Promise<string | undefined> {
  if (await hasAdministratorKey(table)) return undefined;
  const key = mintAccessKey('sradm');
  await table.transact(addAdministratorKey(key, new Date()));
  return key.text;
}

/** @throws Error with a sentence where the port cannot be had */
async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} of ${host} is in use; take another one by --port`, { cause: error });
  }
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function sweep(...stores: readonly { sweep(): Promise<number> }[]): void {
  for (const store of stores) {
    store.sweep().catch((error: unknown) => logger.error('sweep failed', describeError(error)));
  }
}

/** Does a piece of work again and again, never twice at once; a failure is logged and the next time is another try. */
function repeatedly(everyMs: number, work: () => Promise<unknown>, failure: string) {
  const stopping = new AbortController();
  const options = { signal: stopping.signal, ref: false };
  const loop = async () => {
    while (await after(everyMs, true, options).catch(() => false)) {
      await work().catch((error: unknown) => logger.error(failure, describeError(error)));
    }
  };
  const ended = loop();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** No new call comes in; those under way end, at the latest when their programs have been ended. */
async function closeServer(server: Server, endPrograms: () => Promise<void>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection whose call has ended stays open for the next one, which is not to come.
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
