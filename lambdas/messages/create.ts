import { limits } from '../../contract/limits.ts';
import { formatOf } from '../../contract/message-format.ts';
import { messages } from '../../contract/messages.ts';
import { newMessageId } from '../../crypto/encoding/uuid.ts';
import { hashBearerSecret, mintBearerSecret } from '../../crypto/server/bearer-secret.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { expiryOf } from '../pipeline/expiry.ts';
import { addContent } from '../stores/message-contents.ts';
import { addMessage, type Message } from '../stores/messages.ts';
import { spendChallenge } from './challenge.ts';
import { messageResource, messageUrl } from './message-info.ts';

export const handler = endpoint(messages.create, async ({ body }, context) => {
  const { caller, platform, settings, now, headers, baseUrl } = context;
  const { encryptedContent, name, expiresAt, maxAccess } = body;
  const sizeBytes = Buffer.byteLength(encryptedContent);
  if (sizeBytes > limits.messageBytes) throw new ApiError('PAYLOAD_TOO_LARGE');
  const format = formatOf(encryptedContent);
  if (!format) throw invalid('encryptedContent', 'is not in a known encryption format');

  const deleteToken = caller ? undefined : mintBearerSecret();
  const message: Message = {
    messageId: newMessageId(now),
    name: name ?? null,
    createdAt: now.toISOString(),
    expiresAt: expiresAt ? expiryOf(expiresAt, now, limits.messageSeconds) : null,
    maxAccess: maxAccess ?? null,
    accesses: 0,
    lastAccessAt: null,
    repeatableUntil: 0,
    format,
    sizeBytes,
    ...(caller && { owner: caller.userId, orgId: caller.orgId }),
    deleteTokenHash: deleteToken ? hashBearerSecret(deleteToken) : null,
  };
  const mustSolve = !caller && settings.STRONGROOM_CHALLENGE === 'on';
  const spent = mustSolve ? [await spendChallenge(platform.table, headers)] : [];
  const content = await addContent(platform.objects, message, encryptedContent);
  const { messageId } = message;
  const url = messageUrl(baseUrl, messageId);
  return {
    status: 201,
    body: {
      success: true,
      message: 'Message stored successfully',
      data: { messageId, deleteToken, url, expiresAt: message.expiresAt },
    },
    writes: [addMessage(message), content, ...spent],
    audit: { resource: messageResource(messageId) },
  };
});
