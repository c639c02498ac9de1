#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { machineSettings } from '../platform/local/settings.ts';
import { type Setting, variableOf } from '../platform/setting.ts';
import { currentSettings, functionSettings } from '../platform/settings.ts';
import { version } from './version.ts';

/** Every setting that an operator may set on one machine. */
const settings: readonly [name: string, setting: Setting][] = Object.entries({
  ...functionSettings,
  ...machineSettings,
}).filter(([, { settable }]) => settable === 'everywhere' || settable === 'machine');

const usage = `Usage: npm start -- [options]

Options:
  --port N     port to listen on (default: 8787); 0 picks a free port
  --host NAME  address to listen on (default: 127.0.0.1)
  --data PATH  data folder (default: .strongroom)
  --help       show this text

Environment:
${settingLines().join('\n')}
`;

/** One line for each setting. */
function settingLines(): readonly string[] {
  const lines = settings.map(([name, { description, defaultText, localDefault, default: text = 'none' }]) => [
    variableOf(name),
    `${description} (default: ${defaultText ?? localDefault ?? text})`.replaceAll('`', ''),
  ]);
  const width = Math.max(...lines.map(([variable = '']) => variable.length));
  return lines.map(([variable = '', text]) => `  ${variable.padEnd(width)}  ${text}`);
}

type Options = { readonly port: number; readonly host: string; readonly data: string };

/** @throws Error that names the invalid option */
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
    throw new Error(`--port must be a number from 0 to 65535, not ${values.port}`);
  }
  return { ...values, port };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  process.env[variableOf('version')] = version();
  for (const [name, { localDefault }] of settings) {
    if (localDefault !== undefined) process.env[variableOf(name)] ??= localDefault;
  }
  // Modules read the environment when they are loaded.
  const { startAppliance } = await import('./local/appliance.ts');
  currentSettings();
  const appliance = await startAppliance(options);

  if (appliance.administratorKey) {
    process.stdout.write(`Administrator key: ${appliance.administratorKey}\n`);
  }
  process.stdout.write(`Strongroom is ready at ${appliance.url}\n`);

  let stopping = false;
  const stop = () => {
    // A second signal means that the operator does not want to wait.
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
