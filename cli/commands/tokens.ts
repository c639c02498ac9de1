import { pagesOf, type RequestFor, type ResponseFor } from '../../client/index.ts';
import { tokenScopes } from '../../contract/scopes.ts';
import { command, type Entry } from '../command.ts';
import { expiryOrNever } from '../duration.ts';
import { texts } from '../options.ts';

type Scopes = NonNullable<RequestFor<'tokens.create'>['body']['scopes']>;

export const tokens: readonly Entry[] = [
  { name: 'tokens', summary: 'Manage API tokens for programs that send messages' },
  command({
    name: 'tokens list',
    summary: 'List the API tokens, without the tokens themselves',
    async run({ terminal, client }) {
      const tokens: ResponseFor<'tokens.list'>['body']['data'] = [];
      const getPage = (cursor: string | undefined) =>
        client.call('tokens.list', { query: { limit: 100, cursor } });
      for await (const { body } of pagesOf(getPage)) tokens.push(...body.data);
      terminal.list(tokens, {
        ID: ({ tokenId }) => tokenId,
        NAME: ({ name }) => name,
        SCOPES: ({ scopes }) => scopes.join(' '),
        EXPIRES: ({ expiresAt }) => expiresAt ?? 'never',
        'LAST USED': ({ lastUsedAt }) => lastUsedAt ?? 'never',
      });
    },
  }),
  command({
    name: 'tokens create',
    args: { '<name>': 'name of the token' },
    summary: 'Create an API token for a program that sends messages',
    details: 'The token is printed only once.',
    examples: ["strongroom tokens create --scope messages:write --expires 30d 'CI server' > token"],
    options: {
      scope: texts('scope', 'permission of the token (default: all)', Object.keys(tokenScopes)),
      expires: expiryOrNever('how long the token is valid, such as 12h, 30d or never (default: 90d)'),
    },
    async run({ options, args: [name = ''], terminal, client }) {
      const scopes = options.scope as Scopes;
      const expiresAt = options.expires === null ? null : options.expires?.toISOString();
      const { body } = await client.call('tokens.create', {
        body: { name, expiresAt, ...(scopes.length > 0 && { scopes: [...scopes] }) },
      });
      terminal.result(body.data, ({ token }) => token);
    },
  }),
  command({
    name: 'tokens revoke',
    args: { '<id>': 'ID of the token' },
    summary: 'Revoke an API token',
    async run({ args: [id = ''], terminal, client }) {
      const { body } = await client.call('tokens.delete', { params: { id } });
      terminal.result(body, () => '');
    },
  }),
];
