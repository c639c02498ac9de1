import { StrongroomClient, StrongroomError } from '../client/index.ts';
import { type Command, type Context, textOf, UsageError, type Values } from './command.ts';
import { defaultProfile, isProfileName, readProfiles, readUsableProfiles } from './credentials.ts';
import type { Terminal } from './terminal.ts';

const defaultUrl = 'http://127.0.0.1:8787';

/**
 * Where a command goes, and as whom: what the command line says goes before the environment, and that before what is
 * stored.
 *
 * @throws StrongroomError UNAUTHENTICATED where the command needs a credential and there is none
 * @throws UsageError for a profile that is not there @throws CredentialsUnusable
 */
export async function contextOf(
  command: Command,
  values: Values,
  args: readonly string[],
  terminal: Terminal,
): Promise<Context> {
  const named = textOf(values, 'profile');
  const profile = named ?? variable('STRONGROOM_PROFILE') ?? defaultProfile;
  if (!isProfileName(profile)) throw new UsageError('a profile is named by letters, digits, _, . and -');
  const stored = (command.anonymous ? readUsableProfiles() : readProfiles()).get(profile);
  if (named !== undefined && !stored && !command.signsIn) {
    throw new UsageError(`there is no profile ${named}: strongroom login --profile ${named}`);
  }
  const ofNamed = named === undefined ? undefined : stored;
  const url =
    textOf(values, 'url') ?? ofNamed?.url ?? variable('STRONGROOM_URL') ?? stored?.url ?? defaultUrl;
  const keyHere = stored?.url === url ? stored.apiKey : undefined;
  const keyFile = textOf(values, 'api-key-file');
  const apiKey =
    keyFile !== undefined
      ? await terminal.secret('API key', keyFile)
      : ((ofNamed && keyHere) ?? variable('STRONGROOM_API_KEY') ?? keyHere);
  if (!apiKey && !command.anonymous) {
    const message = `Nobody is signed in at ${url}: strongroom login`;
    throw new StrongroomError(message, { code: 'UNAUTHENTICATED', status: 401 });
  }
  const client = new StrongroomClient({ baseUrl: url, ...(apiKey && { credential: { apiKey } }) });
  return { values, args, terminal, client, url, apiKey, profile };
}

/** One that is empty is as one that is not set. */
function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}
