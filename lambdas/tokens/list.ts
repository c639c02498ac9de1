import { tokens } from '../../contract/tokens.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { listTokens } from '../stores/tokens.ts';
import { tokenInfo } from './token-info.ts';

export const handler = endpoint(tokens.list, async ({ query }, { caller, platform }) => {
  const { items, cursor } = await listTokens(platform.table, caller.userId, query);
  return { status: 200, body: { success: true, data: items.map(tokenInfo), nextCursor: cursor } };
});
