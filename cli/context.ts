import { StrongroomClient, StrongroomError } from '../client/index.ts';
import { type Command, type Context, textOf, type Values } from './command.ts';
import { readCredentials, readUsableCredentials } from './credentials.ts';
import type { Terminal } from './terminal.ts';

const defaultUrl = 'http://127.0.0.1:8787';

/**
 * Where a command goes, and as whom: what the command line says goes before the environment, and that before what is
 * stored.
 *
 * @throws StrongroomError UNAUTHENTICATED where the command needs a credential and there is none
 * @throws CredentialsUnusable
 */
export async function contextOf(
  command: Command,
  values: Values,
  args: readonly string[],
  terminal: Terminal,
): Promise<Context> {
  const stored = command.anonymous ? readUsableCredentials() : readCredentials();
  const url = textOf(values, 'url') ?? process.env.STRONGROOM_URL ?? stored?.url ?? defaultUrl;
  const keyFile = textOf(values, 'api-key-file');
  const storedKey = stored?.url === url ? stored.apiKey : undefined;
  const apiKey =
    keyFile === undefined
      ? (process.env.STRONGROOM_API_KEY ?? storedKey)
      : await terminal.secret('API key', keyFile);
  if (!apiKey && !command.anonymous) {
    const message = `Nobody is signed in at ${url}: strongroom login`;
    throw new StrongroomError(message, { code: 'UNAUTHENTICATED', status: 401 });
  }
  const client = new StrongroomClient({ baseUrl: url, ...(apiKey && { credential: { apiKey } }) });
  return { values, args, terminal, client, url, apiKey };
}
