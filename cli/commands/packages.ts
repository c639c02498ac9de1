import { setTimeout as delay } from 'node:timers/promises';
import type { ResponseFor, StrongroomClient } from '../../client/index.ts';
import { type Context, command, type Entry } from '../command.ts';
import { listAll } from '../list-all.ts';
import { flag, type ValuesOf } from '../options.ts';

type PackageInfo = ResponseFor<'packages.list'>['body'][number];

const waitOptions = { wait: flag('wait until the packages are installed, or have failed') };
const pollMs = 500;

export const packages: readonly Entry[] = [
  { name: 'packages', summary: 'Manage the Python packages that programs can import' },
  command({
    name: 'packages list',
    summary: 'List the packages that programs can import',
    options: waitOptions,
    run: printPackages,
  }),
  command({
    name: 'packages set',
    args: { '<requirement...>': 'packages, each with an optional version specifier' },
    summary: 'Replace the list of packages',
    examples: ["strongroom packages set --wait numpy 'requests>=2.32'"],
    options: waitOptions,
    async run(context) {
      await context.client.call('packages.replace', { body: { packages: [...context.args] } });
      return printPackages(context);
    },
  }),
  command({
    name: 'packages add',
    args: { '<requirement>': 'package with an optional version specifier' },
    summary: 'Add a package to the list',
    examples: ['strongroom packages add requests==2.32.3'],
    options: waitOptions,
    async run(context) {
      await context.client.call('packages.add', { body: { package: context.args[0] ?? '' } });
      return printPackages(context);
    },
  }),
  command({
    name: 'packages remove',
    args: { '<name>': 'name of the package' },
    summary: 'Remove a package from the list',
    options: waitOptions,
    async run(context) {
      await context.client.call('packages.remove', { params: { name: context.args[0] ?? '' } });
      return printPackages(context);
    },
  }),
];

/** Returns exit code 1 if a package has failed. */
async function printPackages(context: Context<ValuesOf<typeof waitOptions>>): Promise<number> {
  const { options, terminal, client } = context;
  const list = options.wait ? await finishedPackages(client) : await currentPackages(client);
  terminal.list(list, {
    NAME: ({ name }) => name,
    REQUESTED: ({ requested }) => requested,
    VERSION: ({ version }) => version,
    STATUS: ({ status }) => status,
    BYTES: ({ sizeBytes }) => sizeBytes,
  });
  for (const { name, error } of list) if (error && !terminal.json) terminal.note(`${name}: ${error}`);
  return list.some(({ status }) => status === 'failed') ? 1 : 0;
}

async function finishedPackages(client: StrongroomClient): Promise<readonly PackageInfo[]> {
  for (;;) {
    const list = await currentPackages(client);
    if (list.every(({ status }) => status !== 'pending')) return list;
    await delay(pollMs);
  }
}

function currentPackages(client: StrongroomClient): Promise<readonly PackageInfo[]> {
  return listAll((query) => client.call('packages.list', { query }));
}
