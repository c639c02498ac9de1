import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
export type Profiles = ReadonlyMap<string, Credentials>;

export const defaultProfile = 'default';
const profileName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Before there were profiles the file held one, without a name. */
const StoredFile = z.union([
  z.object({ profiles: z.record(z.string().regex(profileName), Stored) }),
  Stored.transform((only) => ({ profiles: { [defaultProfile]: only } })),
]);

/** The file is damaged, or others can read it: then what is in it is not to be trusted to be a secret. */
export class CredentialsUnusable extends Error {
  override readonly name = 'CredentialsUnusable';
}

export function isProfileName(name: string): boolean {
  return profileName.test(name);
}

export function credentialsPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'strongroom', 'credentials.json');
}

/** @throws CredentialsUnusable, without a word of what is in the file */
export function readProfiles(path = credentialsPath()): Profiles {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return new Map();
  if (status.mode & 0o077) {
    throw new CredentialsUnusable(
      `${path} can be read by others; chmod 600 it, and rotate the key if they may have`,
    );
  }
  const { success, data } = StoredFile.safeParse(parsed(readFileSync(path, 'utf8')));
  if (!success) throw new CredentialsUnusable(`${path} is damaged; sign in again`);
  return new Map(Object.entries(data.profiles));
}

/** As `readProfiles`, for commands that go without: whoever cannot sign in anew could never mend the file. */
export function readUsableProfiles(path = credentialsPath()): Profiles {
  try {
    return readProfiles(path);
  } catch (error) {
    if (error instanceof CredentialsUnusable) return new Map();
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

export function keepCredentials(profile: string, credentials: Credentials): void {
  writeProfiles(new Map([...readUsableProfiles(), [profile, credentials]]));
}

/** A file that is of no use, and one with no other profile, goes. */
export function forgetCredentials(profile: string): void {
  const left = new Map(readUsableProfiles());
  left.delete(profile);
  if (left.size > 0) writeProfiles(left);
  else rmSync(credentialsPath(), { force: true });
}

/** Mode 0600, in a folder of mode 0700; all or nothing. */
function writeProfiles(profiles: Profiles, path = credentialsPath()): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const content = JSON.stringify({ profiles: Object.fromEntries(profiles) }, undefined, 2);
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${content}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}
