import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projects } from '../../vitest.config.ts';

/** Run by commands of their own, since they need PyPI or Debian's packages. */
const elsewhere = ['test/cloud/**', 'test/browser/**', 'test/interop/**'];

test('each test file belongs to exactly one project', () => {
  const files = globSync('test/**/*.test.ts', { exclude: elsewhere }).sort();
  const projectsOf = (file: string) =>
    Object.entries(projects)
      .filter(([, { include, exclude }]) => globSync(include, { exclude }).includes(file))
      .map(([name]) => name);
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => projectsOf(file).length !== 1)).toEqual([]);
});
