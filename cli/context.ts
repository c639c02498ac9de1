import { StrongroomClient, StrongroomError } from '../client/index.ts';
import type { Command, Context, commonOptions } from './command.ts';
import { defaultProfile, isProfileName, readProfiles, readUsableProfiles } from './credentials.ts';
import { UsageError } from './errors.ts';
import type { ValuesOf } from './options.ts';
import type { Terminal } from './terminal.ts';

const defaultUrl = 'http://127.0.0.1:8787';

/**
 * Returns the context of a command. Options on the command line take precedence over environment variables, and those
 * over stored credentials.
 *
 * Throws `StrongroomError` UNAUTHENTICATED if the command needs a credential and none is available, `UsageError` if the
 * profile does not exist, and `CredentialsUnusable`.
 */
export async function createContext<Values extends ValuesOf<typeof commonOptions>>(
  command: Command,
  options: Values,
  args: readonly string[],
  terminal: Terminal,
): Promise<Context<Values>> {
  const named = options.profile;
  const profile = named ?? variable('STRONGROOM_PROFILE') ?? defaultProfile;
  if (!isProfileName(profile)) {
    throw new UsageError(`invalid profile name '${profile}': expected letters, digits, '_', '.' and '-'`);
  }
  const stored = (command.anonymous ? readUsableProfiles() : readProfiles()).get(profile);
  if (named !== undefined && !stored && !command.signsIn) {
    throw new UsageError(`no profile ${named}; create it with 'strongroom login --profile ${named}'`);
  }
  const ofNamed = named === undefined ? undefined : stored;
  const url = options.url ?? ofNamed?.url ?? variable('STRONGROOM_URL') ?? stored?.url ?? defaultUrl;
  // A stored key is sent to the server that issued it, and to no other.
  const storedKey = stored?.url === url ? stored.apiKey : undefined;
  const keyFile = options['api-key-file'];
  const apiKey =
    keyFile !== undefined
      ? await terminal.secret('API key', keyFile)
      : ((ofNamed && storedKey) ?? variable('STRONGROOM_API_KEY') ?? storedKey);
  if (!apiKey && !command.anonymous) {
    const message = `not signed in at ${url}; run 'strongroom login'`;
    throw new StrongroomError(message, { code: 'UNAUTHENTICATED', status: 401 });
  }
  const client = new StrongroomClient({ baseUrl: url, ...(apiKey && { credential: { apiKey } }) });
  return { options, args, terminal, client, url, apiKey, profile };
}

/** Returns an environment variable; an empty one counts as missing. */
function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}
