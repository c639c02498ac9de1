import { messagesPrefix } from '../../contract/resources.ts';
import type { Objects } from '../../platform/objects.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Table, Write } from '../../platform/table.ts';
import { inTableBytes } from './in-table.ts';
import { type Message, ttlOf } from './messages.ts';

/** Where the ciphertext of a message is: in the item itself, or in the object store. */
export type Content = { readonly text: string | null };

const keyOf = (id: string) => ({ pk: id, sk: 'content' });
const objectOf = (id: string) => `${messagesPrefix}${id}`;

/** Stores the ciphertext where it is large, and gives the write that makes it the message's. */
export async function addContent(objects: Objects, message: Message, ciphertext: string): Promise<Write> {
  const { messageId, sizeBytes } = message;
  const isLarge = sizeBytes > inTableBytes;
  if (isLarge) await objects.put(objectOf(messageId), Buffer.from(ciphertext));
  const item = { ...keyOf(messageId), text: isLarge ? null : ciphertext, ...ttlOf(message) };
  return { table: 'messages', put: item, if: ['absent'] };
}

export async function getContent(table: Table, id: string): Promise<Content | undefined> {
  return (await table.get('messages', keyOf(id))) as Content | undefined;
}

/** @throws Error where the object is missing that the table names */
export async function readContent(objects: Objects, id: string, { text }: Content): Promise<string> {
  if (text !== null) return text;
  const object = await objects.get(objectOf(id));
  if (!object) throw new Error('the ciphertext of a message is missing');
  return Buffer.from(object.body).toString();
}

/** Returns a write that sets the TTL, so that openers can retry until then. It replaces any earlier expiry. */
export function expireContent(id: string, epochSeconds: number): Write {
  return { table: 'messages', update: keyOf(id), set: { ttl: epochSeconds } };
}

/** What is in the object store is out of reach then; the sweep removes it. */
export function deleteContent(id: string): Write {
  return { table: 'messages', delete: keyOf(id) };
}

/** No call that stores an object takes longer until the table names it. */
const settledMs = 60 * 60_000;

/**
 * Removes the objects of messages that are gone, and those that no message was made of. Answers how many.
 * To be called every hour or so.
 */
export async function sweepContents({
  table,
  objects,
}: Pick<Platform, 'table' | 'objects'>): Promise<number> {
  const settled = Date.now() - settledMs;
  let removed = 0;
  let cursor: string | undefined;
  do {
    const page = await objects.list({ prefix: messagesPrefix, limit: 500, cursor });
    for (const { key, modifiedAt } of page.objects) {
      if (modifiedAt.getTime() > settled || (await getContent(table, key.slice(messagesPrefix.length))))
        continue;
      await objects.delete(key);
      removed += 1;
    }
    cursor = page.cursor;
  } while (cursor);
  return removed;
}
