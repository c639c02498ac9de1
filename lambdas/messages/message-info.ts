import { sha256Base64Url } from '../../crypto/server/sha256.ts';
import { type Message, remainingOf } from '../stores/messages.ts';

/** The recipient's page of a message. */
export function messageUrl(baseUrl: string, messageId: string): string {
  return `${baseUrl}/s/${messageId}`;
}

/** What the audit log calls a message. Whoever reads the log must not be able to open it, so it is not the id. */
export function messageResource(messageId: string): string {
  return `messages/${sha256Base64Url(messageId).slice(0, 22)}`;
}

/** Who sees in their part of the audit log what others do with a message; nobody where it has no owner. */
export function auditOwner({ owner, orgId }: Pick<Message, 'owner' | 'orgId'>) {
  return owner === undefined || orgId === undefined ? undefined : { userId: owner, orgId };
}

/** What the owner of a message sees in the list. */
export function ownMessage(message: Message, baseUrl: string) {
  const { messageId } = message;
  return {
    ...message,
    url: messageUrl(baseUrl, messageId),
    remaining: remainingOf(message),
    auditResource: messageResource(messageId),
  };
}
