import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationFile } from '../../contract/operation-file.ts';
import type { BackgroundId } from '../../contract/resources.ts';
import { ensureDefaultOrg } from '../../lambdas/stores/orgs.ts';
import { BackgroundWork, type Work } from '../../platform/local/background-work.ts';
import { BuildProcesses } from '../../platform/local/build-processes.ts';
import { FileKeys } from '../../platform/local/file-keys.ts';
import { FileObjects } from '../../platform/local/file-objects.ts';
import { localGenerator } from '../../platform/local/generator.ts';
import { SandboxProcesses } from '../../platform/local/sandbox-process.ts';
import { SqliteTable } from '../../platform/local/sqlite-table.ts';
import type { Platform } from '../../platform/platform.ts';
import { currentSettings } from '../../platform/settings.ts';
import { removeReadOnly } from '../../sandbox-image/protocol/bundle-folder.ts';
import { ModelServer, model, openai, says } from '../platform/generators/model-server.ts';
import { PackageIndex } from './package-index.ts';
import { wheel } from './wheel.ts';

export type LocalPlatform = { readonly platform: Platform; remove(): Promise<void> };

/** Starts a model on loopback that writes the same program for every prompt. */
async function startModel(): Promise<ModelServer> {
  const server = await ModelServer.start(openai);
  Object.assign(process.env, {
    STRONGROOM_GENERATOR: openai.provider,
    STRONGROOM_GENERATOR_MODEL: model,
    STRONGROOM_GENERATOR_URL: server.url,
  });
  return server.behaves(says('```python\nprint(1)\n```'));
}

async function loadWork(operationId: BackgroundId): Promise<Work> {
  const file = `../../lambdas/${operationFile(operationId)}`;
  return ((await import(file)) as { handler: Work }).handler;
}

/** Returns the adapters of one machine, in this process and on a folder of their own. */
export async function localPlatform(): Promise<LocalPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-platform-'));
  // Package builds and programs run as other users.
  chmodSync(folder, 0o711);
  const table = new SqliteTable(join(folder, 'strongroom.db'));
  await ensureDefaultOrg(table, new Date());
  const objects = new FileObjects(join(folder, 'objects'), {
    baseUrl: () => 'http://127.0.0.1',
    signingKey: randomBytes(32),
  });
  const processes = new SandboxProcesses(table);
  await processes.start();
  const background = new BackgroundWork(loadWork);
  const index = await PackageIndex.start();
  index.add(wheel({ name: 'tour' }));
  const builder = new BuildProcesses({
    folder: join(folder, 'builds'),
    bundles: join(folder, 'packages'),
    isInUse: async () => false,
    env: { STRONGROOM_PACKAGE_INDEX: index.url },
  });
  const models = await startModel();
  const keys = new FileKeys(join(folder, 'keys.json'));
  return {
    platform: {
      table,
      objects,
      keys,
      sandboxes: processes.sandboxes,
      builder,
      generator: localGenerator(currentSettings(), undefined),
      background,
    },
    async remove() {
      await builder.close();
      await index.close();
      await processes.close();
      await background.idle();
      models.close();
      table.close();
      objects.close();
      removeReadOnly(folder);
    },
  };
}
