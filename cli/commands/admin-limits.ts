import type { RequestFor } from '../../client/index.ts';
import { type Context, command, type Entry } from '../command.ts';
import { count, text } from '../options.ts';
import { orgOf, orgOptions } from './admin.ts';

type Plan = RequestFor<'admin.putPlan'>['body'];

/** What an organization may store, and where. */
export const adminLimits: readonly Entry[] = [
  command({
    name: 'admin plan',
    summary: 'Show the storage limits of an organization',
    options: orgOptions,
    async run(context) {
      const params = { orgId: await orgOf(context) };
      const { body } = await context.client.call('admin.getPlan', { params });
      printPlan(context, body);
    },
  }),
  command({
    name: 'admin plan set',
    summary: 'Change the storage limits of an organization, as the global administrator',
    details: 'Limits that you do not name stay as they are.',
    examples: ['strongroom admin plan set --org ID --name large --max-records 100000'],
    options: {
      ...orgOptions,
      name: text('name', 'name of the plan'),
      'max-records': count('count', 'values of all users of the organization', { least: 0 }),
      'max-value-bytes': count('bytes', 'size of a value with its name', { least: 0 }),
      'max-files': count('count', 'files of all users of the organization', { least: 0 }),
      'max-file-bytes': count('bytes', 'size of a file', { least: 0 }),
    },
    async run(context) {
      const { client, options } = context;
      const params = { orgId: await orgOf(context) };
      const { body: current } = await client.call('admin.getPlan', { params });
      const plan = {
        ...current,
        key: options.name ?? current.key,
        maxRecords: options['max-records'] ?? current.maxRecords,
        maxKeyPlusValueBytes: options['max-value-bytes'] ?? current.maxKeyPlusValueBytes,
        maxFiles: options['max-files'] ?? current.maxFiles,
        maxFileSizeBytes: options['max-file-bytes'] ?? current.maxFileSizeBytes,
      };
      const { body } = await client.call('admin.putPlan', { params, body: plan });
      printPlan(context, body);
    },
  }),
  command({
    name: 'admin storage',
    summary: "Show where an organization's files are stored",
    options: orgOptions,
    async run(context) {
      const { client, terminal } = context;
      const { body } = await client.call('admin.getStorage', { params: { orgId: await orgOf(context) } });
      terminal.result(body, ({ provider }) => provider);
    },
  }),
  command({
    name: 'admin storage set',
    args: {
      '<provider>': {
        help: 'appliance stores files, none refuses new ones',
        choices: ['appliance', 'none'],
      },
    },
    summary: 'Set whether an organization can store files, as the global administrator',
    details: 'Files that are stored already stay readable.',
    options: orgOptions,
    async run(context) {
      const { client, terminal } = context;
      const provider = context.args[0] as 'appliance' | 'none';
      const params = { orgId: await orgOf(context) };
      const { body } = await client.call('admin.putStorage', { params, body: { provider } });
      terminal.result(body, () => provider);
    },
  }),
];

function printPlan({ terminal }: Context, plan: Plan): void {
  terminal.result(plan, ({ key, maxRecords, maxKeyPlusValueBytes, maxFiles, maxFileSizeBytes }) =>
    [
      `plan   ${key}`,
      `values ${maxRecords}, up to ${maxKeyPlusValueBytes} bytes each, including the name`,
      `files  ${maxFiles}, up to ${maxFileSizeBytes} bytes each`,
    ].join('\n'),
  );
}
