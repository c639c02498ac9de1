import { setTimeout as after } from 'node:timers/promises';
import type { ResponseFor, StrongroomClient } from '../../client/index.ts';
import type { Command, Context } from '../command.ts';
import { listAll } from '../lists.ts';

type PackageInfo = ResponseFor<'packages.list'>['body'][number];

const waiting = {
  options: { wait: { type: 'boolean' } },
  optionHelp: { wait: 'until the list is built, and can be imported or has failed' },
} as const;
const askMs = 500;

export const packages: readonly Command[] = [
  {
    name: 'packages list',
    summary: 'List the packages that programs import',
    arity: [0, 0],
    ...waiting,
    run: answerList,
  },
  {
    name: 'packages set',
    args: 'REQUIREMENT…',
    summary: 'Replace the list of packages',
    example: "strongroom packages set --wait numpy 'requests>=2.32'",
    arity: [1, 100],
    ...waiting,
    async run(context) {
      await context.client.call('packages.replace', { body: { packages: [...context.args] } });
      return answerList(context);
    },
  },
  {
    name: 'packages add',
    args: 'REQUIREMENT',
    summary: 'Add a package to the list',
    example: 'strongroom packages add requests==2.32.3',
    arity: [1, 1],
    ...waiting,
    async run(context) {
      await context.client.call('packages.add', { body: { package: context.args[0] ?? '' } });
      return answerList(context);
    },
  },
  {
    name: 'packages remove',
    args: 'NAME',
    summary: 'Take a package off the list',
    arity: [1, 1],
    ...waiting,
    async run(context) {
      await context.client.call('packages.remove', { params: { name: context.args[0] ?? '' } });
      return answerList(context);
    },
  },
];

/** @returns 1 where a package of the list has failed */
async function answerList({ values, terminal, client }: Context): Promise<number> {
  const list = values.wait ? await builtList(client) : await listOf(client);
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

async function builtList(client: StrongroomClient): Promise<readonly PackageInfo[]> {
  for (;;) {
    const list = await listOf(client);
    if (list.every(({ status }) => status !== 'pending')) return list;
    await after(askMs);
  }
}

function listOf(client: StrongroomClient): Promise<readonly PackageInfo[]> {
  return listAll((query) => client.call('packages.list', { query }));
}
