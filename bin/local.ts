#!/usr/bin/env node
/** The whole appliance on this machine: `npm start`. */
import { parseArgs } from 'node:util';
import { version } from './version.ts';

const usage = `Usage: npm start -- [options]
  --port N     port to listen on (8787); 0 takes a free one
  --host NAME  address to listen on (127.0.0.1)
  --data PATH  folder that everything is kept in (.strongroom)
  --help       this text

Environment:
  STRONGROOM_REGISTRATION  open (here), closed, or e-mail domains separated by commas
  STRONGROOM_LIMIT         calls a credential or address may make, as count/seconds (600/60)
  STRONGROOM_AUTH_LIMIT    sign-ins and registrations an address or account may try (10/900)
  STRONGROOM_SECRET_LIMIT  wrong user secrets that a user may try, as count/seconds (10/900)
  STRONGROOM_KEK_CACHE     on, or off: each read of the vault derives its key anew
  STRONGROOM_RESTORE_DELAY seconds that an owner has to veto a restore of their keys (0 here)
  STRONGROOM_MESSAGE_LIMIT        messages an anonymous sender may create (20/900)
  STRONGROOM_MESSAGE_TOKEN_LIMIT  messages a token or another credential may create (100/900)
  STRONGROOM_CHALLENGE            on: anonymous senders of messages solve a proof of work first (off here)
  STRONGROOM_CHALLENGE_TRIES      how hard that is: tries of 5,000 PBKDF2 iterations, on average (400)
  STRONGROOM_PUBLIC_URL           where callers reach this machine, for links and files; else as the request names it
  STRONGROOM_PYTHON        the Python that programs run with; found by itself where every user can read one
  STRONGROOM_PACKAGE_INDEX URL of the package index (PEP 503); pip's own configuration of this machine unless set
  STRONGROOM_SANDBOX_PACKAGES  folder of the users' packages; every user must be able to enter it and all above
  STRONGROOM_GENERATOR     none (here), bedrock, anthropic or openai: who writes programs; see docs/generate.md
`;

type Options = { readonly port: number; readonly host: string; readonly data: string };

/** @throws Error with a sentence that names the option */
function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '8787' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string', default: '.strongroom' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535, not ${values.port}`);
  }
  return { ...values, port };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  process.env.STRONGROOM_VERSION = version();
  process.env.STRONGROOM_REGISTRATION ??= 'open';
  process.env.STRONGROOM_RESTORE_DELAY ??= '0';
  process.env.STRONGROOM_CHALLENGE ??= 'off';
  // The logger and the settings read the environment when they are loaded.
  const { startAppliance } = await import('./local/appliance.ts');
  const { currentSettings } = await import('../platform/settings.ts');
  currentSettings();
  const appliance = await startAppliance(options);

  if (appliance.administratorKey) {
    process.stdout.write(`Administrator key: ${appliance.administratorKey}\n`);
  }
  process.stdout.write(`Strongroom is ready at ${appliance.url}\n`);

  let stopping = false;
  const stop = () => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(130);
    stopping = true;
    appliance.stop().then(
      () => process.exit(0),
      (error: Error) => fail(error),
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

function fail(error: Error): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

main().catch(fail);
