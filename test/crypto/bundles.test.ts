import { resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');

async function bundle(platform: 'browser' | 'node', imports: string) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: imports, resolveDir: resolve(root, 'crypto'), loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform,
    target: 'es2022',
    mainFields: ['module', 'main'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [{ text, contents } = { text: '', contents: new Uint8Array() }] = outputFiles;
  return { inputs: Object.keys(metafile.inputs), text, kibibytes: contents.length / 1024 };
}

const core = ['vault/vault-crypto', 'vault/file-stream', 'vault/file-parts', 'zk/digest', 'zk/sealed-box']
  .map((name) => `export * from './${name}.ts';`)
  .join(' ');

test.each([
  ['the vault', core, 150],
  ['encrypted code', "export * from '../client/zk.ts';", 150],
])('a page gets the portable provider for %s, and nothing of Node', async (_, imports, most) => {
  const { inputs, text, kibibytes } = await bundle(
    'browser',
    `${imports} export * from './providers/portable.ts';`,
  );
  expect(text).not.toMatch(/["'](node:|fs|path|crypto["'])/);
  expect(inputs.filter((path) => /native|providers\/node|argon2-browser/.test(path))).toEqual([]);
  expect(kibibytes).toBeLessThan(most);
});

test('a function of the appliance gets the native provider, and of all packages base64 alone', async () => {
  const { inputs, kibibytes } = await bundle('node', `${core} export * from './providers/native.ts';`);
  expect(inputs.filter((path) => path.includes('node_modules'))).toEqual([
    'node_modules/@scure/base/index.js',
  ]);
  expect(kibibytes).toBeLessThan(40);
});
