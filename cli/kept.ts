import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { UsageError } from './command.ts';
import { credentialsPath } from './credentials.ts';

const pathOf = (name: string) => join(dirname(credentialsPath()), name);

/**
 * What is kept beside the credentials of what an installation said at first, so that it cannot say otherwise later.
 * Nothing in it is secret.
 *
 * @throws UsageError where the file is damaged: what was known must not be forgotten unseen
 */
export function readKept<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
): z.output<Schema> | undefined {
  const path = pathOf(name);
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`${path} is damaged; remove it to take anew what the installation says`);
  }
}

/** Mode 0600; all or nothing. */
export function keep(name: string, content: object): void {
  const path = pathOf(name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
