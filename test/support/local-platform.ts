import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildProcesses } from '../../lambdas/platform/local/build-processes.ts';
import { FileKeys } from '../../lambdas/platform/local/file-keys.ts';
import { FileObjects } from '../../lambdas/platform/local/file-objects.ts';
import { SandboxProcesses } from '../../lambdas/platform/local/sandbox-process.ts';
import { SqliteTable } from '../../lambdas/platform/local/sqlite-table.ts';
import type { Platform } from '../../lambdas/platform/platform.ts';

export type LocalPlatform = { readonly platform: Platform; remove(): Promise<void> };

/** The adapters of one machine on a folder of their own, in this process. */
export async function localPlatform(): Promise<LocalPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-platform-'));
  const table = new SqliteTable(join(folder, 'strongroom.db'));
  const objects = new FileObjects(join(folder, 'objects'), {
    baseUrl: () => 'http://127.0.0.1',
    signingKey: randomBytes(32),
  });
  const supply = new SandboxProcesses(table);
  await supply.start();
  const builder = new BuildProcesses({
    folder: join(folder, 'builds'),
    bundles: join(folder, 'packages'),
    isInUse: async () => false,
    // The discard port: a build is begun and comes to nothing.
    env: { STRONGROOM_PACKAGE_INDEX: 'http://127.0.0.1:9/simple/' },
  });
  const keys = new FileKeys(join(folder, 'keys.json'));
  return {
    platform: { table, objects, keys, sandboxes: supply.sandboxes, builder },
    async remove() {
      await builder.close();
      await supply.close();
      table.close();
      objects.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
