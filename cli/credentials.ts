import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** An account at a server, and how far its audit log has been verified. */
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

/** Files from before profiles existed hold one account without a name. */
const StoredFile = z.union([
  z.object({ profiles: z.record(z.string().regex(profileName), Stored) }),
  Stored.transform((only) => ({ profiles: { [defaultProfile]: only } })),
]);

/** The file is corrupt, or other users can read it, so that its keys may no longer be secret. Exit code 2. */
export class CredentialsUnusable extends Error {
  override readonly name = 'CredentialsUnusable';
}

export function isProfileName(name: string): boolean {
  return profileName.test(name);
}

export function credentialsPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'strongroom', 'credentials.json');
}

/** Throws `CredentialsUnusable`, which never quotes the file. */
export function readProfiles(path = credentialsPath()): Profiles {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return new Map();
  if (status.mode & 0o077) {
    throw new CredentialsUnusable(
      `other users can read ${path}; run chmod 600 on it, and rotate the key if they may have read it`,
    );
  }
  const { success, data } = StoredFile.safeParse(parsed(readFileSync(path, 'utf8')));
  if (!success) throw new CredentialsUnusable(`${path} is corrupt; sign in again`);
  return new Map(Object.entries(data.profiles));
}

/** Like `readProfiles`, but ignores an unusable file, so that `login` can replace it. */
export function readUsableProfiles(path = credentialsPath()): Profiles {
  try {
    return readProfiles(path);
  } catch (error) {
    if (error instanceof CredentialsUnusable) return new Map();
    throw error;
  }
}

/** `JSON.parse` is wrapped because its errors quote the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function storeCredentials(profile: string, credentials: Credentials): void {
  writeProfiles(new Map([...readUsableProfiles(), [profile, credentials]]));
}

/** Deletes the file if it is unusable, or if no other profile is left. */
export function deleteCredentials(profile: string): void {
  const left = new Map(readUsableProfiles());
  left.delete(profile);
  if (left.size > 0) writeProfiles(left);
  else rmSync(credentialsPath(), { force: true });
}

/** Writes the file with mode 0600 in a folder with mode 0700, atomically. */
function writeProfiles(profiles: Profiles, path = credentialsPath()): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const content = JSON.stringify({ profiles: Object.fromEntries(profiles) }, undefined, 2);
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${content}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}
