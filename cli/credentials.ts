import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Who is signed in, where; and what was verified of the audit log there. */
const Stored = z.object({
  url: z.url(),
  apiKey: z.string(),
  email: z.string().nullable(),
  auditLog: z.object({ verifierKey: z.string(), checkpoint: z.string() }).optional(),
});

export type Credentials = z.output<typeof Stored>;

/** The file is damaged, or others can read it: then what is in it is not to be trusted to be a secret. */
export class CredentialsUnusable extends Error {
  override readonly name = 'CredentialsUnusable';
}

export function credentialsPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'strongroom', 'credentials.json');
}

/** @throws CredentialsUnusable, without a word of what is in the file */
export function readCredentials(path = credentialsPath()): Credentials | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return undefined;
  if (status.mode & 0o077) {
    throw new CredentialsUnusable(
      `${path} can be read by others; chmod 600 it, and rotate the key if they may have`,
    );
  }
  const { success, data } = Stored.safeParse(parsed(readFileSync(path, 'utf8')));
  if (!success) throw new CredentialsUnusable(`${path} is damaged; sign in again`);
  return data;
}

/** As `readCredentials`, for commands that go without: whoever cannot sign in anew could never mend the file. */
export function readUsableCredentials(path = credentialsPath()): Credentials | undefined {
  try {
    return readCredentials(path);
  } catch (error) {
    if (error instanceof CredentialsUnusable) return undefined;
    throw error;
  }
}

/** The error of `JSON.parse` quotes what it was given. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Mode 0600, in a folder of mode 0700. */
export function writeCredentials(credentials: Credentials, path = credentialsPath()): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
}

export function forgetCredentials(path = credentialsPath()): void {
  rmSync(path, { force: true });
}
