import { execFile, spawn } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli, ended } from '../cli/program.ts';
import { InstalledPackage } from '../support/installed-package.ts';

const root = resolve(import.meta.dirname, '..', '..');
const example = join(root, 'examples', 'node', 'send-secret.ts');

let appliance: TestAppliance;
let installed: InstalledPackage;
let cli: Cli;
beforeAll(async () => {
  installed = new InstalledPackage();
  copyFileSync(example, join(installed.folder, 'send-secret.ts'));
  writeFileSync(join(installed.folder, 'package.json'), '{ "type": "module" }');
  appliance = await TestAppliance.start({ STRONGROOM_CHALLENGE: 'on', STRONGROOM_CHALLENGE_TRIES: '2' });
  cli = new Cli(appliance.target.url);
});
afterAll(async () => {
  installed?.remove();
  cli?.remove();
  await appliance?.remove();
});

test('examples/node/send-secret.ts prints a link that opens once', async () => {
  const env = { PATH: process.env.PATH, STRONGROOM_URL: appliance.target.url };
  const child = spawn(process.execPath, ['send-secret.ts'], { cwd: installed.folder, env });
  child.stdin.end('the password is hunter2\n');
  const { code, stdout, stderr } = await ended(child);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^Opens once, until \d{4}-\d\d-\d\dT.*\nTo delete it: token /);

  const open = () => cli.run(['open', '-', '--yes'], stdout);
  expect(await open()).toMatchObject({ code: 0, stdout: expect.stringContaining('the password is hunter2') });
  expect((await open()).code).toBe(4);
});

test('examples/node/send-secret.ts passes the compiler with the types of the package', async () => {
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const compiled = promisify(execFile)(tsc, [...options, 'send-secret.ts'], { cwd: installed.folder });
  expect(await compiled.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' });
});
