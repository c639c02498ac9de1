import type { RequestFor } from '../../client/index.ts';
import { type Command, type Context, textOf, UsageError } from '../command.ts';
import { orgHelp, orgOf, orgOptions } from './admin.ts';

type Plan = RequestFor<'admin.putPlan'>['body'];

/** The options of a plan, and the fields that they set. */
const planFields = {
  'max-records': 'maxRecords',
  'max-value-bytes': 'maxKeyPlusValueBytes',
  'max-files': 'maxFiles',
  'max-file-bytes': 'maxFileSizeBytes',
} as const;

/** What an org may store, and where. */
export const adminLimits: readonly Command[] = [
  {
    name: 'admin plan',
    summary: 'Show what an org may store',
    arity: [0, 0],
    options: orgOptions,
    optionHelp: orgHelp,
    async run(context) {
      const { body } = await context.client.call('admin.getPlan', {
        params: { orgId: await orgOf(context) },
      });
      return answerPlan(context, body);
    },
  },
  {
    name: 'admin plan set',
    summary: 'Set what an org may store, as the global administrator',
    details: 'What is not given stays as it is.',
    example: 'strongroom admin plan set --org ID --name large --max-records 100000',
    arity: [0, 0],
    options: {
      ...orgOptions,
      name: { type: 'string' },
      'max-records': { type: 'string' },
      'max-value-bytes': { type: 'string' },
      'max-files': { type: 'string' },
      'max-file-bytes': { type: 'string' },
    },
    optionHelp: {
      ...orgHelp,
      name: 'what the plan is called',
      'max-records': 'values of all users of the org',
      'max-value-bytes': 'of one value, with its name',
      'max-files': 'files of all users of the org',
      'max-file-bytes': 'of one file',
    },
    async run(context) {
      const { client, values } = context;
      const params = { orgId: await orgOf(context) };
      const { body: before } = await client.call('admin.getPlan', { params });
      const changes = Object.entries(planFields).flatMap(([option, field]) => {
        const count = countOf(option, textOf(values, option));
        return count === undefined ? [] : [[field, count]];
      });
      const plan = { ...before, key: textOf(values, 'name') ?? before.key, ...Object.fromEntries(changes) };
      const { body } = await client.call('admin.putPlan', { params, body: plan });
      return answerPlan(context, body);
    },
  },
  {
    name: 'admin storage',
    summary: 'Show where an org’s files are stored',
    arity: [0, 0],
    options: orgOptions,
    optionHelp: orgHelp,
    async run(context) {
      const { client, terminal } = context;
      const { body } = await client.call('admin.getStorage', { params: { orgId: await orgOf(context) } });
      terminal.answer(body, ({ provider }) => provider);
      return 0;
    },
  },
  {
    name: 'admin storage set',
    args: 'appliance|none',
    summary: 'Set whether an org stores files, as the global administrator',
    details: 'Files that are stored stay, and can be read.',
    arity: [1, 1],
    options: orgOptions,
    optionHelp: orgHelp,
    async run(context) {
      const { client, terminal, args } = context;
      const [provider] = args;
      if (provider !== 'appliance' && provider !== 'none') throw new UsageError('appliance or none');
      const params = { orgId: await orgOf(context) };
      const { body } = await client.call('admin.putStorage', { params, body: { provider } });
      terminal.answer(body, () => provider);
      return 0;
    },
  },
];

function answerPlan({ terminal }: Context, plan: Plan): number {
  terminal.answer(plan, ({ key, maxRecords, maxKeyPlusValueBytes, maxFiles, maxFileSizeBytes }) =>
    [
      `plan   ${key}`,
      `values ${maxRecords}, each of up to ${maxKeyPlusValueBytes} bytes with its name`,
      `files  ${maxFiles}, each of up to ${maxFileSizeBytes} bytes`,
    ].join('\n'),
  );
  return 0;
}

function countOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a number`);
}
