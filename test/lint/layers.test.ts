import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What `biome lint` says of a tree of files under the project's own configuration. */
function lint(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'layers-'));
  try {
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(root, 'node_modules/.bin/biome');
    // The checkout's ignore file is not in this folder.
    const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none'];
    const { status, stdout, stderr } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' });
    return { status, text: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const importing = (module: string) => `import { value } from '${module}';\nexport const used = value;\n`;

test.each([
  ['contract/a.ts', '../crypto/b.ts', 'contract imports nothing of ours'],
  ['contract/openapi/a.ts', '../../platform/b.ts', 'contract imports nothing of ours'],
  ['crypto/vault/a.ts', '../../platform/keys.ts', 'crypto imports contract at most'],
  ['platform/a.ts', '../lambdas/stores/b.ts', 'platform imports contract, crypto'],
  ['platform/local/a.ts', '../../sandbox-image/supervisor/b.ts', 'platform imports contract, crypto'],
  ['lambdas/kv/a.ts', '../../infra/b.ts', 'lambdas import contract, crypto'],
  ['lambdas/kv/a.ts', '../../web/docs/page.ts', 'lambdas import contract, crypto'],
  ['infra/a.ts', '../lambdas/kv/put.ts', 'never a handler'],
  ['infra/a.ts', '../crypto/errors.ts', 'infra imports contract and platform'],
  ['sandbox-image/supervisor/a.ts', '../../platform/b.ts', 'The sandbox imports'],
  ['client/vault/a.ts', '../../platform/b.ts', 'client imports contract and crypto'],
  ['cli/commands/a.ts', '../../lambdas/b.ts', 'cli imports client'],
  ['web/dashboard/a.ts', '../../cli/b.ts', 'web imports client'],
  ['lambdas/kv/a.ts', '@aws-sdk/client-s3', 'Only platform/aws imports an AWS SDK'],
  ['platform/local/a.ts', '@aws-sdk/client-s3', 'Only platform/aws imports an AWS SDK'],
  ['lambdas/kv/a.ts', '@noble/hashes/sha2.js', 'Only crypto names an algorithm'],
  ['lambdas/kv/a.ts', 'node:crypto', 'Only crypto names an algorithm'],
  ['platform/a.ts', 'jose', 'Only crypto names an algorithm'],
])('%s may not import %s', (file, module, message) => {
  const { status, text } = lint({ [file]: importing(module) });
  expect(text).toContain(message);
  expect(status).not.toBe(0);
});

test.each([
  ['crypto/vault/a.ts', '../../contract/limits.ts'],
  ['platform/sandboxes/a.ts', '../../sandbox-image/protocol/job.ts'],
  ['platform/aws/a.ts', '@aws-sdk/client-s3'],
  ['lambdas/pages/get-dashboard.ts', '../../web/dashboard/page.ts'],
  ['infra/a.ts', '../platform/settings.ts'],
  ['cli/commands/a.ts', '../../client/index.ts'],
])('%s may import %s', (file, module) => {
  const { status, text } = lint({ [file]: importing(module) });
  expect(text).not.toContain('noRestrictedImports');
  expect(status).toBe(0);
});

test('an import cycle is an error, also one of types alone', () => {
  const { status, text } = lint({
    'cli/a.ts': `import type { B } from './b.ts';\nexport type A = { readonly b?: B };\n`,
    'cli/b.ts': `import type { A } from './a.ts';\nexport type B = { readonly a?: A };\n`,
  });
  expect(text).toContain('noImportCycles');
  expect(status).not.toBe(0);
});
