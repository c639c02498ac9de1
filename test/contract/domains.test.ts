import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { routes } from '../../contract/routes.ts';

const root = resolve(import.meta.dirname, '..', '..');
const filesOf = (folder: string, ending: string) =>
  readdirSync(join(root, folder)).filter((name) => name.endsWith(ending));

const isRoute = (value: unknown): value is { readonly operationId: string } =>
  typeof value === 'object' && value !== null && 'operationId' in value && 'path' in value;

describe('a domain', () => {
  test('is listed in contract/routes.ts with all its routes', async () => {
    const defined: string[] = [];
    for (const file of filesOf('contract', '.ts').filter((name) => name !== 'routes.ts')) {
      const exported: Record<string, unknown> = await import(join(root, 'contract', file));
      const records = Object.values(exported).flatMap((value) => Object.values(Object(value)));
      defined.push(...records.filter(isRoute).map(({ operationId }) => operationId));
    }
    expect(defined.sort()).toEqual(routes.map(({ operationId }) => operationId).sort());
  });

  test.each(['test/api', 'test/api/vault'])('has its suites in %s/suites.ts', (folder) => {
    const list = readFileSync(join(root, folder, 'suites.ts'), 'utf8');
    const missing = filesOf(folder, '.suite.ts').filter((name) => !list.includes(`'./${name}'`));
    expect(missing).toEqual([]);
  });
});
