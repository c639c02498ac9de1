import type { Write } from '../../platform/table.ts';
import { deleteContent, expireContent } from '../stores/message-contents.ts';
import { addOpening, repeatableUntil } from '../stores/message-openings.ts';
import { countAccess, type Message, remainingOf, takeLastAccess } from '../stores/messages.ts';

type Access = {
  /** What is left after it. Of openers at once several may be told the same number; one alone is told 0. */
  readonly remaining: number | null;
  readonly writes: readonly Write[];
};

/**
 * One access of a message, counted, and remembered under the opener's nonce where there is one.
 *
 * The last one deletes the message. Its ciphertext stays for as long as some opener may have it once more: it is
 * out of reach for everybody else, since they go by the message. Where nobody may, it goes at once.
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
