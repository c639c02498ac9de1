import { choosePrimitives } from '../../crypto/providers/node.ts';
import type { MessagePrimitives } from './sr2.ts';

/** What messages need of cryptography, for a program on Node. */
export function messagePrimitives(): Promise<MessagePrimitives> {
  return choosePrimitives();
}
