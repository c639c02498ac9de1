import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { vaultCryptoForNode } from '../client/node.ts';
import { Vault, type VaultFile } from '../client/vault/index.ts';
import { UsageError } from './errors.ts';
import { knownKeys } from './known-keys.ts';
import type { Terminal } from './terminal.ts';
import { readUserSecret, type VaultContext } from './user-secret.ts';

/** Unlocks the caller's vault on this machine, passes it to `use`, and locks it again. */
export async function withVault<T>(context: VaultContext, use: (vault: Vault) => Promise<T>): Promise<T> {
  const secret = await readUserSecret(context);
  const options = { trust: knownKeys(context) };
  const vault = await Vault.unlock(context.client, await vaultCryptoForNode(), secret, options);
  try {
    return await use(vault);
  } finally {
    vault.close();
  }
}

/** Prints a value as it is or, as JSON, in base64 with its metadata. */
export function printValue(terminal: Terminal, { value, ...metadata }: { readonly value: Uint8Array }): void {
  if (!terminal.json) terminal.content(value);
  else terminal.print(JSON.stringify({ ...metadata, valueB64: Buffer.from(value).toString('base64') }));
}

/**
 * Decrypts a file to a path, by default its own name in the current folder; `-` is standard output. Never replaces an
 * existing file.
 *
 * Returns the path. Throws `UsageError` if the file exists, and `Tampered`, after deleting what was written.
 */
export async function saveFile(terminal: Terminal, file: VaultFile, target?: string): Promise<string> {
  // The owner chose the name, so it may contain a path.
  const path = target ?? (basename(file.fileName.replaceAll('\\', '/')) || 'file');
  if (path === '-' && process.stdout.isTTY) {
    throw new UsageError('refusing to write file content to a terminal; name a file or pipe it');
  }
  if (path !== '-' && existsSync(path)) throw new UsageError(`${path} already exists`);
  const sink = path === '-' ? process.stdout : createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const report = terminal.progress(path);
  let done = 0;
  const counted = async function* () {
    for await (const piece of file.read()) {
      yield piece;
      done += piece.length;
      report(done, file.sizeBytes);
    }
  };
  try {
    await pipeline(Readable.from(counted()), sink, { end: path !== '-' });
  } catch (error) {
    // What was written is authentic but incomplete. After EEXIST, the file is someone else's.
    const isOurs = path !== '-' && (error as NodeJS.ErrnoException).code !== 'EEXIST';
    if (isOurs) rmSync(path, { force: true });
    throw error;
  }
  return path;
}
