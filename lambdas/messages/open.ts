import { messages } from '../../contract/messages.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getContent, readContent } from '../stores/message-contents.ts';
import { getOpening, repeatOpening } from '../stores/message-openings.ts';
import { getMessage } from '../stores/messages.ts';
import { openMessage } from './message-access.ts';
import { auditOwner, messageResource } from './message-info.ts';

export const handler = endpoint(messages.open, async ({ params: { id }, body: { nonce } }, context) => {
  const { platform, now } = context;
  const { table, objects } = platform;
  const [message, content, opening] = await Promise.all([
    getMessage(table, id, now),
    getContent(table, id),
    nonce === undefined ? undefined : getOpening(table, id, nonce),
  ]);
  const existing = opening ?? message;
  if (!content || !existing) throw new ApiError('NOT_FOUND');
  if (opening?.repeated) throw new ApiError(message ? 'NONCE_SPENT' : 'NOT_FOUND');

  // Before the access is counted: a message that cannot be read must not be used up.
  const encryptedContent = await readContent(objects, id, content);
  const access =
    opening && nonce !== undefined
      ? { remaining: opening.remaining, writes: [repeatOpening(id, nonce)] }
      : message && openMessage(message, nonce, now);
  if (!access) throw new ApiError('NOT_FOUND');
  return {
    status: 200,
    body: { success: true, data: { encryptedContent, remaining: access.remaining } },
    writes: access.writes,
    audit: { resource: messageResource(id), owner: auditOwner(existing) },
  };
});
