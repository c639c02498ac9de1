import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { vaultCryptoForNode } from '../client/node.ts';
import { Vault, type VaultFile } from '../client/vault/index.ts';
import { type Context, UsageError } from './command.ts';
import { knownKeys } from './known-keys.ts';
import type { Terminal } from './terminal.ts';
import { readUserSecret } from './user-secret.ts';

/** Opens the caller's vault here for as long as it is used. */
export async function withVault<T>(context: Context, use: (vault: Vault) => Promise<T>): Promise<T> {
  const secret = await readUserSecret(context);
  const options = { trust: knownKeys(context) };
  const vault = await Vault.unlock(context.client, await vaultCryptoForNode(), secret, options);
  try {
    return await use(vault);
  } finally {
    vault.close();
  }
}

/** A value to standard output or, where JSON was asked for, in base64 with what is known of it. */
export function printValue(terminal: Terminal, { value, ...about }: { readonly value: Uint8Array }): void {
  if (!terminal.json) terminal.content(value);
  else terminal.print(JSON.stringify({ ...about, valueB64: Buffer.from(value).toString('base64') }));
}

/**
 * Decrypts a file to a path, or under its own name here; `-` is standard output. None that is there is replaced.
 *
 * @returns the path @throws UsageError where it is taken @throws Tampered, and leaves nothing there
 */
export async function saveFile(terminal: Terminal, file: VaultFile, target?: string): Promise<string> {
  // A name is whatever its owner called it.
  const path = target ?? (basename(file.fileName.replaceAll('\\', '/')) || 'file');
  if (path === '-' && process.stdout.isTTY) {
    throw new UsageError('a terminal would do what the file says: give a name, or pipe it on');
  }
  if (path !== '-' && existsSync(path)) throw new UsageError(`${path} is there already`);
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
    // What is there is genuine, and not the file. Unless it could not be made: then it is another's.
    const made = path !== '-' && (error as NodeJS.ErrnoException).code !== 'EEXIST';
    if (made) rmSync(path, { force: true });
    throw error;
  }
  return path;
}
