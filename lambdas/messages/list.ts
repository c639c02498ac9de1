import { messages } from '../../contract/messages.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { listMessages } from '../stores/messages.ts';
import { ownMessage } from './message-info.ts';

export const handler = endpoint(messages.list, async ({ query }, { caller, platform, now, baseUrl }) => {
  const { items, cursor } = await listMessages(platform.table, caller.userId, now, query);
  const data = items.map((message) => ownMessage(message, baseUrl));
  return { status: 200, body: { success: true, data, nextCursor: cursor } };
});
