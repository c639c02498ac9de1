import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeys } from '../../lambdas/platform/local/file-keys.ts';
import { FileObjects } from '../../lambdas/platform/local/file-objects.ts';
import { localGenerator } from '../../lambdas/platform/local/generator.ts';
import { SandboxProcesses } from '../../lambdas/platform/local/sandbox-process.ts';
import { SqliteTable } from '../../lambdas/platform/local/sqlite-table.ts';
import type { Platform } from '../../lambdas/platform/platform.ts';
import { currentSettings } from '../../lambdas/shared/env.ts';
import { ensureDefaultOrg } from '../../lambdas/stores/orgs.ts';
import { ModelServer, model, openai, says } from '../platform/model-server.ts';

export type LocalPlatform = { readonly platform: Platform; remove(): Promise<void> };

/** A model on loopback that writes one program, whatever it is asked. */
async function startModel(): Promise<ModelServer> {
  const server = await ModelServer.start(openai);
  Object.assign(process.env, {
    STRONGROOM_GENERATOR: openai.provider,
    STRONGROOM_GENERATOR_MODEL: model,
    STRONGROOM_GENERATOR_URL: server.url,
  });
  return server.behaves(says('```python\nprint(1)\n```'));
}

/** The adapters of one machine on a folder of their own, in this process. */
export async function localPlatform(): Promise<LocalPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-platform-'));
  const table = new SqliteTable(join(folder, 'strongroom.db'));
  await ensureDefaultOrg(table, new Date());
  const objects = new FileObjects(join(folder, 'objects'), {
    baseUrl: () => 'http://127.0.0.1',
    signingKey: randomBytes(32),
  });
  const supply = new SandboxProcesses(table);
  await supply.start();
  const models = await startModel();
  const keys = new FileKeys(join(folder, 'keys.json'));
  return {
    platform: {
      ...{ table, objects, keys, sandboxes: supply.sandboxes },
      generator: localGenerator(currentSettings(), undefined),
    },
    async remove() {
      await supply.close();
      models.close();
      table.close();
      objects.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
