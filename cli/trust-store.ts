import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { credentialsPath } from './credentials.ts';
import { UsageError } from './errors.ts';

const pathOf = (name: string) => join(dirname(credentialsPath()), name);

/**
 * Reads a file beside the credentials that remembers what a server presented first (trust on first use), so that the
 * server cannot change it later. Such a file holds no secrets.
 *
 * Throws `UsageError` if the file is corrupt: what was trusted must not be forgotten silently.
 */
export function readTrusted<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
): z.output<Schema> | undefined {
  const path = pathOf(name);
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`${path} is corrupt; delete it to trust the server's keys again`);
  }
}

/** Writes the file with mode 0600, atomically. */
export function writeTrusted(name: string, content: object): void {
  const path = pathOf(name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
