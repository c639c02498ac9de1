import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from '../cli/program.ts';
import { InstalledPackage, plainNode } from '../support/installed-package.ts';
import { expectPrinted, programOf, stepsOf } from '../support/steps.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'client.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const names = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', 'strongroom'));

let appliance: TestAppliance;
let installed: InstalledPackage;
const at = (name: string) => join(installed.folder, name);
const marked = (mark: string) => `console.log('${mark}');`;

beforeAll(async () => {
  installed = new InstalledPackage();
  appliance = await TestAppliance.start();
});
afterAll(async () => {
  installed.remove();
  await appliance.remove();
});

describe('the package', () => {
  test('has the library, its types and the command line, and no source, test or page', () => {
    const beside = installed.files.filter((path) => !path.startsWith('dist/package/'));
    expect(beside.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(installed.files.filter((path) => !/\.(js|d\.ts|md|json)$|^LICENSE$/.test(path))).toEqual([]);
    for (const { types, default: code } of Object.values<Record<string, string>>(manifest.exports)) {
      for (const path of [types, code]) if (path) expect(existsSync(join(installed.path, path))).toBe(true);
    }
  });

  test.each(names)('%s is in docs/client.md, and is imported by plain JavaScript', async (name) => {
    expect(page).toContain(`| \`${name}\` |`);
    const code = `import * as all from '${name}'; console.log(Object.keys(all).length > 0);`;
    const { stdout } = await run(plainNode(), ['--input-type=module', '-e', code], { cwd: installed.folder });
    expect(stdout).toBe('true\n');
  });

  test('needs nothing that Node 20 has not', async () => {
    for (const path of installed.files.filter((path) => path.endsWith('.js'))) {
      const source = readFileSync(join(installed.path, path), 'utf8');
      const [asItIs, lowered] = await Promise.all([
        transform(source, { target: 'esnext' }),
        transform(source, { target: 'node20' }),
      ]);
      expect(lowered.code, path).toBe(asItIs.code);
    }
  });

  test.each(names.filter((name) => name !== 'strongroom/node'))('%s is for browsers', async (name) => {
    const contents = `export * from '${name}';`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: installed.folder },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    });
    expect(outputFiles[0]?.text).not.toMatch(/\b(from|require\()\s*["']node:/);
  });

  test('holds a program to the API by its types', async () => {
    writeFileSync(
      at('wrong.mts'),
      `import { StrongroomClient, type ResponseFor } from 'strongroom';
       const client = new StrongroomClient({ baseUrl: 'http://127.0.0.1:8787' });
       // @ts-expect-error there is no such operation
       await client.call('secrets.get');
       // @ts-expect-error a value is text
       await client.call('secrets.put', { params: { name: 'X' }, body: { value: 1 } });
       const { body } = await client.call('kv.list');
       export const keys: readonly string[] = body;
       export const status = (answer: ResponseFor<'secrets.put'>): 200 | 201 => answer.status;`,
    );
    await expect(compile('wrong.mts')).resolves.toBeUndefined();
  });

  test('has the command line, on the Node of this machine', async () => {
    const cli = new Cli(appliance.target.url, [plainNode(), installed.program]);
    const env = { PATH: dirname(plainNode()) };
    const { stdout } = await run(installed.program, ['--help'], { env });
    expect(stdout).toContain('Usage: strongroom <command>');
    const email = `package-${randomUUID()}@example.com`;
    const registered = await cli.run(['register', '--email', email, '--password-file', '-'], 'the password');
    expect(registered).toMatchObject({ code: 0, stderr: '' });
    expect((await cli.run(['status'])).stdout).toContain(email);
    cli.remove();
  });
});

describe('docs/recovery.md', () => {
  test('recovers the keys by the library', { timeout: 60_000 }, async () => {
    const steps = stepsOf(readFileSync(join(root, 'docs', 'recovery.md'), 'utf8'), 'ts');
    expect(steps).toHaveLength(4);
    const source = `${programOf(steps, appliance.target.url, marked)}\nexport {};`;
    writeFileSync(at('recovery.mts'), source);
    await compile('recovery.mts');
    writeFileSync(at('recovery.mjs'), (await transform(source, { loader: 'ts' })).code);
    const { stdout } = await run(plainNode(), ['recovery.mjs'], { cwd: installed.folder });
    expectPrinted(steps, appliance.target.url, stdout);
  });
});

describe('docs/client.md', () => {
  test('names the file that is packed', () => {
    expect(page).toContain(`npm install /tmp/strongroom-${manifest.version}.tgz`);
  });

  test('its steps are right to the compiler, and print what it says', { timeout: 60_000 }, async () => {
    const steps = stepsOf(page, 'ts');
    expect(steps.length).toBeGreaterThan(8);
    const source = `${programOf(steps, appliance.target.url, marked)}\nexport {};`;
    writeFileSync(at('steps.mts'), source);
    await compile('steps.mts');
    writeFileSync(at('steps.mjs'), (await transform(source, { loader: 'ts' })).code);
    writeFileSync(at('photo.raw'), randomBytes(9_000_000));
    const env = { PATH: process.env.PATH, PASSWORD: 'the password', USER_SECRET: 'the user secret' };
    const { stdout } = await run(plainNode(), ['steps.mjs'], { cwd: installed.folder, env });
    expectPrinted(steps, appliance.target.url, stdout);
    expect(readFileSync(at('copy.raw')).equals(readFileSync(at('photo.raw')))).toBe(true);
  });

  test('what it says for browsers runs without anything of Node', async () => {
    const steps = stepsOf(page, 'js');
    const contents = programOf(steps, appliance.target.url, marked);
    const outfile = at('page.mjs');
    const { url } = appliance.target;
    await build({
      stdin: { contents, resolveDir: installed.folder },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      outfile,
      logLevel: 'silent',
      banner: { js: `globalThis.location = new URL(${JSON.stringify(url)}); delete globalThis.process;` },
    });
    const { stdout } = await run(plainNode(), [outfile]);
    expectPrinted(steps, url, stdout);
  });
});

/** @throws Error with what the compiler says */
async function compile(file: string): Promise<void> {
  const options =
    '--ignoreConfig --noEmit --strict --module nodenext --target es2022 --lib es2023,dom,dom.iterable';
  const args = [...options.split(' '), '--types', 'node', '--skipLibCheck', 'false', file];
  await run(join(root, 'node_modules', '.bin', 'tsc'), args, { cwd: installed.folder }).catch((error) => {
    throw new Error(error.stdout);
  });
}
