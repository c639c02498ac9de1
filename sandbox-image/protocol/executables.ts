import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Returns the first executable of that name on a search path, as a list of one or no element. */
export function findOnPath(path: string, name: string): string[] {
  const programs = path.split(delimiter).map((directory) => join(directory, name));
  return programs.filter(isExecutable).slice(0, 1);
}

export function isExecutable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether the mode of a file or directory lets every user read and execute it. */
export function isOpenToAll(path: string): boolean {
  return (statSync(path).mode & 0o005) === 0o005;
}
