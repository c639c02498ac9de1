import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../lambdas/platform/sandboxes.ts';
import type { Kind } from './slots.ts';

/** The job's bundle of packages is not in this sandbox. */
export class NoSuchPackages extends Error {
  override readonly name = 'NoSuchPackages';
}

/** @throws NoSuchPackages */
export function kindOf({ language, packages }: Job, directory: string | undefined): Kind {
  // A bundle holds modules for Python only.
  if (packages === undefined || language !== 'python') return { language, packages: null };
  const path = directory && join(directory, packages);
  const there = path && lstatSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (!there) throw new NoSuchPackages('the packages are not in this sandbox');
  return { language, packages: path };
}

/**
 * Those of `modules` that a program's text speaks of: worth importing ahead of the user's next runs. A guess that
 * is wrong costs time, or saves none.
 */
export function mentioned(code: string, modules: readonly string[]): string[] {
  return modules.filter((name) => {
    const [top = name] = name.split('.');
    return new RegExp(`\\b${top}\\b`).test(code);
  });
}
