import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const copied = [
  'bin',
  'cli',
  'client',
  'contract',
  'crypto',
  'infra',
  'lambdas',
  'platform',
  'sandbox-image',
  'web',
  'biome.json',
  'package.json',
  'tsconfig.json',
  '.gitignore',
];

describe('npm run new-endpoint', () => {
  const copy = mkdtempSync(join(tmpdir(), 'strongroom-scaffold-'));
  const tool = (name: string) => join(root, 'node_modules', '.bin', name);
  const newEndpoint = (...args: string[]) =>
    spawnSync(process.execPath, [join(copy, 'bin', 'new-endpoint.ts'), ...args], { encoding: 'utf8' });

  beforeAll(() => {
    for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    // Biome reads .gitignore, and wants a repository around it.
    execFileSync('git', ['init', '--quiet'], { cwd: copy });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  test('adds record, handler and client operation that pass the type check and the linter', () => {
    const created = newEndpoint('secrets.archive');
    expect(created.stderr).toBe('');
    expect(created.stdout).toContain('test/support/tour.ts: call secrets.archive once');
    // A contract without common fields, a parameter, and a method without an audit entry.
    expect(newEndpoint('programs.explain', '--method', 'GET', '--path', '/api/v1/generate/{id}').status).toBe(
      0,
    );
    expect(newEndpoint('kvShares.extendAll').status).toBe(0);

    const read = (file: string) => readFileSync(join(copy, file), 'utf8');
    expect(read('contract/secrets.ts')).toContain(`path: '/api/v1/secrets/archive'`);
    expect(read('client/operations.ts')).toContain(`'secrets.archive': { method: 'POST'`);
    expect(existsSync(join(copy, 'lambdas', 'kv-shares', 'extend-all.ts'))).toBe(true);
    execFileSync(tool('tsc'), { cwd: copy, stdio: 'pipe' });
    execFileSync(tool('biome'), ['check', 'contract', 'lambdas'], { cwd: copy, stdio: 'pipe' });
  }, 180_000);

  test.each([
    ['an operation that exists', ['secrets.put'], 'lambdas/secrets/put.ts exists already'],
    ['an unknown domain', ['gardens.plant'], 'add the domain first, see CONTRIBUTING.md'],
    ['a name without a domain', ['archive'], 'usage: npm run new-endpoint'],
    ['an unknown method', ['secrets.burn', '--method', 'PATCH'], 'usage: npm run new-endpoint'],
  ])('refuses %s and changes nothing', (_, args, message) => {
    const before = readFileSync(join(copy, 'contract', 'secrets.ts'), 'utf8');
    const { status, stderr } = newEndpoint(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
    expect(readFileSync(join(copy, 'contract', 'secrets.ts'), 'utf8')).toBe(before);
  });
});
