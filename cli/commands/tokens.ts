import { pagesOf, type RequestFor, type ResponseFor } from '../../client/index.ts';
import { tokenScopes } from '../../contract/scopes.ts';
import { type Command, textOf, textsOf } from '../command.ts';
import { durationHelp, timeOf } from '../duration.ts';

type Scopes = NonNullable<RequestFor<'tokens.create'>['body']['scopes']>;

export const tokens: readonly Command[] = [
  {
    name: 'tokens list',
    summary: 'List the API tokens, never a token itself',
    arity: [0, 0],
    async run({ terminal, client }) {
      const tokens: ResponseFor<'tokens.list'>['body']['data'] = [];
      const ask = (cursor: string | undefined) =>
        client.call('tokens.list', { query: { limit: 100, cursor } });
      for await (const { body } of pagesOf(ask)) tokens.push(...body.data);
      terminal.list(tokens, {
        ID: ({ tokenId }) => tokenId,
        NAME: ({ name }) => name,
        SCOPES: ({ scopes }) => scopes.join(' '),
        EXPIRES: ({ expiresAt }) => expiresAt ?? 'never',
        'LAST USED': ({ lastUsedAt }) => lastUsedAt ?? 'never',
      });
      return 0;
    },
  },
  {
    name: 'tokens create',
    args: 'NAME',
    summary: 'Make an API token for a program that sends messages',
    details: 'It is printed this once, on standard output. It is good for 90 days unless you say otherwise.',
    example: "strongroom tokens create --scope messages:write --expires 30d 'CI server' > token",
    arity: [1, 1],
    options: { scope: { type: 'string', multiple: true }, expires: { type: 'string' } },
    optionHelp: {
      scope: `${Object.keys(tokenScopes).join(' or ')}; may be repeated; all unless given`,
      expires: `after how long: ${durationHelp}; never`,
    },
    async run({ values, args: [name = ''], terminal, client }) {
      const scopes = textsOf(values, 'scope') as Scopes;
      const expires = textOf(values, 'expires');
      const expiresAt = expires === 'never' ? null : timeOf(expires)?.toISOString();
      const { body } = await client.call('tokens.create', {
        body: { name, expiresAt, ...(scopes.length > 0 && { scopes: [...scopes] }) },
      });
      terminal.answer(body.data, ({ token }) => token);
      return 0;
    },
  },
  {
    name: 'tokens revoke',
    args: 'ID',
    summary: 'Revoke an API token',
    arity: [1, 1],
    async run({ args: [id = ''], terminal, client }) {
      const { body } = await client.call('tokens.delete', { params: { id } });
      terminal.answer(body, () => '');
      return 0;
    },
  },
];
