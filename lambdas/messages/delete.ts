import { messages } from '../../contract/messages.ts';
import { matchesBearerSecret } from '../../crypto/server/bearer-secret.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteContent } from '../stores/message-contents.ts';
import { deleteMessage, getMessage } from '../stores/messages.ts';
import { messageResource } from './message-info.ts';

export const handler = endpoint(messages.delete, async ({ params: { id } }, context) => {
  const { caller, platform, now, headers } = context;
  const message = await getMessage(platform.table, id, now);
  const bearsToken = matchesBearerSecret(headers.get('x-delete-token'), message?.deleteTokenHash);
  const isOwner = caller !== undefined && message?.owner === caller.userId;
  if (!message || !(isOwner || bearsToken)) throw new ApiError('NOT_FOUND');

  return {
    status: 200,
    body: { success: true, message: 'Message deleted' },
    writes: [{ ...deleteMessage(message), onConflict: 'NOT_FOUND' }, deleteContent(id)],
    audit: { resource: messageResource(id) },
  };
});
