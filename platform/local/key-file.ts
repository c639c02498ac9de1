import { createHash, generateKeyPairSync, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

const version = 1;

const atLeastOne = <Entry extends z.ZodType>(entry: Entry) => z.tuple([entry], entry);

/**
 * Keys of each kind, the newest first. New data uses the first; the others serve the data they were used for before.
 */
const KeyFileContent = z.strictObject({
  version: z.literal(version),
  /** 32 bytes each; `id` tells which of them wrapped a data key. */
  dataKeys: atLeastOne(z.strictObject({ id: z.hex().length(16), key: z.base64().length(44) })),
  /** P-256, PKCS#8 in PEM. */
  signingKeys: z.strictObject({ jwt: atLeastOne(z.string()), audit: atLeastOne(z.string()) }),
  /** SHA-256 of the rest. It detects a damaged file before data fails to decrypt. */
  sha256: z.hex().length(64),
});

export type KeyFileContent = z.output<typeof KeyFileContent>;

/** The mode, owner or content is wrong. The message names the file and the remedy, never the content. */
export class KeyFileRejected extends Error {
  override readonly name = 'KeyFileRejected';
}

/**
 * Returns the keys of an installation, which are created if the file does not exist. Concurrent processes get the same
 * keys.
 */
export function loadKeyFile(path: string): KeyFileContent {
  return readKeyFile(path) ?? createKeyFile(path);
}

function createKeyFile(path: string): KeyFileContent {
  const text = `${JSON.stringify(newContent(), null, 2)}\n`;
  const temporary = `${path}.${randomUUID()}`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    // A link, unlike a rename, never replaces keys that another process has just created.
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    unlinkSync(temporary);
  }
  syncDirectory(dirname(path));
  const content = readKeyFile(path);
  if (!content) throw new KeyFileRejected(`the key file ${path} was removed while it was being created`);
  return content;
}

function syncDirectory(path: string): void {
  // Windows cannot open directories; NTFS journals names itself.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  fsyncSync(directory);
  closeSync(directory);
}

function newContent(): KeyFileContent {
  const keys = {
    version,
    dataKeys: [{ id: randomBytes(8).toString('hex'), key: randomBytes(32).toString('base64') }],
    signingKeys: { jwt: [newSigningKey()], audit: [newSigningKey()] },
  } satisfies Omit<KeyFileContent, 'sha256'>;
  return { ...keys, sha256: checksum(keys) };
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function readKeyFile(path: string): KeyFileContent | undefined {
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  const content = parse(text);
  if (!content) {
    throw new KeyFileRejected(
      `the key file ${path} is damaged; restore it from a backup, because nothing can be decrypted without it`,
    );
  }
  return content;
}

function readPrivateFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { mode } = fstatSync(file);
    // Windows has no such bits: it reports 0666 for every writable file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8).padStart(4, '0');
      throw new KeyFileRejected(
        `the key file ${path} has mode ${found}, so others can access it; run chmod 600 on it`,
      );
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function parse(text: string): KeyFileContent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = KeyFileContent.safeParse(json);
  if (!data) return undefined;
  const { sha256, ...keys } = data;
  return timingSafeEqual(Buffer.from(sha256, 'hex'), Buffer.from(checksum(keys), 'hex')) ? data : undefined;
}

function checksum({
  version,
  dataKeys,
  signingKeys: { jwt, audit },
}: Omit<KeyFileContent, 'sha256'>): string {
  const fixedOrder = [version, dataKeys.map(({ id, key }) => [id, key]), jwt, audit];
  return createHash('sha256').update(JSON.stringify(fixedOrder)).digest('hex');
}
