import { sha256Base64Url } from '../../crypto/server/sha256.ts';
import { type Message, remainingOf } from '../stores/messages.ts';

/** Returns the URL of the recipient's page of a message. */
export function messageUrl(baseUrl: string, messageId: string): string {
  return `${baseUrl}/s/${messageId}`;
}

/**
 * Returns what the audit log calls a message. It is not the ID, because readers of the log must not be able to open
 * the message.
 */
export function messageResource(messageId: string): string {
  return `messages/${sha256Base64Url(messageId).slice(0, 22)}`;
}

/**
 * Returns the user whose part of the audit log shows what others do with a message; `undefined` if the message has no
 * owner.
 */
export function auditOwner({ owner, orgId }: Pick<Message, 'owner' | 'orgId'>) {
  return owner === undefined || orgId === undefined ? undefined : { userId: owner, orgId };
}

/** Returns a message as its owner sees it in the list. */
export function ownMessage(message: Message, baseUrl: string) {
  const { messageId } = message;
  return {
    ...message,
    url: messageUrl(baseUrl, messageId),
    remaining: remainingOf(message),
    auditResource: messageResource(messageId),
  };
}
