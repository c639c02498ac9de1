import { messages } from '../../contract/messages.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getMessage, remainingOf } from '../stores/messages.ts';

export const handler = endpoint(messages.getStatus, async ({ params: { id } }, { platform, now }) => {
  const message = await getMessage(platform.table, id, now);
  if (!message) throw new ApiError('NOT_FOUND');
  const { name, createdAt, expiresAt, format } = message;
  const data = { name: name ?? undefined, createdAt, expiresAt, remaining: remainingOf(message), format };
  return { status: 200, body: { success: true, data } };
});
