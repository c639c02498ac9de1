import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from '../cli/program.ts';

const script = resolve(import.meta.dirname, '..', '..', 'examples', 'shell', 'vault.sh');

let appliance: TestAppliance;
let cli: Cli;
beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = await Cli.withVault(appliance.target.url, 'shell-example');
});
afterAll(async () => {
  cli?.remove();
  await appliance?.remove();
});

test('examples/shell/vault.sh keeps values in the vault and starts a program with them', async () => {
  mkdirSync(join(cli.home, 'bin'));
  chmodSync(join(cli.home, cli.file('bin/strongroom', `#!/bin/sh\nexec ${cli.line} "$@"\n`)), 0o755);
  const [, secretFile] = cli.userSecret();
  const environment = `PATH="$HOME/bin:$PATH" STRONGROOM_USER_SECRET_FILE="$HOME/${secretFile}"`;
  const { code, stdout, stderr } = await cli.inShell(`${environment} bash '${script}'`);
  expect(stderr).not.toContain('error');
  expect(stdout).toContain('connecting to postgres://db.example.com/app with 32 characters');
  expect(stdout).toContain('no API token yet');
  expect(code).toBe(0);
  expect(await cli.json(['kv', 'list'])).toHaveLength(1);
  expect(readFileSync(script, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env bash');
});
