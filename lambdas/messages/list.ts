import { messages } from '../contract/messages.ts';
import { endpoint } from '../shared/endpoint.ts';
import { ownMessage } from '../shared/message-info.ts';
import { listMessages } from '../stores/messages.ts';

export const handler = endpoint(messages.list, async ({ query }, { caller, platform, now, baseUrl }) => {
  const { items, cursor } = await listMessages(platform.table, caller.userId, now, query);
  const data = items.map((message) => ownMessage(message, baseUrl));
  return { status: 200, body: { success: true, data, nextCursor: cursor } };
});
