import type { Write } from '../../platform/table.ts';
import { deleteContent, expireContent } from '../stores/message-contents.ts';
import { addOpening, repeatableUntil } from '../stores/message-openings.ts';
import { countAccess, type Message, remainingOf, takeLastAccess } from '../stores/messages.ts';

type Access = {
  /** Accesses left after this one. Concurrent openers may get the same number, but only one gets 0. */
  readonly remaining: number | null;
  readonly writes: readonly Write[];
};

/**
 * Counts one access of a message, and records it under the opener's nonce if there is one.
 *
 * The last access deletes the message. Its ciphertext stays for as long as an opener may request it again. No one
 * else can reach it, since they would need the message. If no one may request it again, it is deleted immediately.
 */
export function openMessage(message: Message, nonce: string | undefined, now: Date): Access {
  const left = remainingOf(message);
  const remaining = left === null ? null : left - 1;
  const until = nonce === undefined ? undefined : repeatableUntil(message, now);
  const opening = nonce && until ? [addOpening(message, nonce, remaining, until)] : [];
  if (remaining !== 0) return { remaining, writes: [countAccess(message, now, until), ...opening] };

  const { messageId } = message;
  const needed = until ?? message.repeatableUntil;
  const content = needed > now.getTime() / 1000 ? expireContent(messageId, needed) : deleteContent(messageId);
  return { remaining, writes: [takeLastAccess(message), content, ...opening] };
}
