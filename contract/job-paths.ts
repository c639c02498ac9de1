import { limits } from './limits.ts';

const { pathBytes: maxPathBytes } = limits.programFiles;
const maxPartBytes = 255;
const maxFiles = 1000;

/** Returns whether the kernel accepts a text as an argument, a variable or a path. */
export function passable(text: unknown): text is string {
  return typeof text === 'string' && !text.includes('\0') && text.isWellFormed();
}

/** Returns whether a path is below the working directory and within the file system's length limits. */
export function isRelative(path: unknown): path is string {
  if (!passable(path) || Buffer.byteLength(path) > maxPathBytes) return false;
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= maxPartBytes);
}

/** Returns what is wrong with the paths of a job's files, without quoting them, or undefined if they are valid. */
export function filesFault(paths: readonly string[]): string | undefined {
  if (paths.length > maxFiles) return `there are more than ${maxFiles} files`;
  if (!paths.every(isRelative)) return 'a file path is not relative to the working directory';
  const all = new Set(paths);
  if (all.size < paths.length) return 'two files have the same path';
  const parents = paths.flatMap((path) => {
    const parts = path.split('/');
    return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
  });
  if (parents.some((parent) => all.has(parent))) return 'a file path is the directory of another file';
  return undefined;
}
