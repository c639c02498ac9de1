import type { MessageFormat } from '../../contract/message-format.ts';
import type { Condition, Table, Write } from '../../platform/table.ts';

/** A message without its ciphertext. It exists for as long as it can be opened. */
export type Message = {
  readonly messageId: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly maxAccess: number | null;
  readonly accesses: number;
  readonly lastAccessAt: string | null;
  /** Epoch seconds until which a counted access may be repeated; 0 if none may. */
  readonly repeatableUntil: number;
  readonly format: MessageFormat;
  readonly sizeBytes: number;
  /** User ID and org of the sender; missing for an anonymous sender. */
  readonly owner?: string;
  readonly orgId?: string;
  /** Hash of an anonymous sender's delete token; null if the message has an owner. */
  readonly deleteTokenHash: Uint8Array | null;
};

const keyOf = (id: string) => ({ pk: id, sk: id });

/** Returns a message that can be opened at that time. */
export async function getMessage(table: Table, id: string, now: Date): Promise<Message | undefined> {
  const message = (await table.get('messages', keyOf(id))) as Message | undefined;
  return message && canBeOpened(message, now) ? message : undefined;
}

/** Lists messages, newest first. */
export async function listMessages(
  table: Table,
  owner: string,
  now: Date,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly Message[]; readonly cursor?: string }> {
  const query = { table: 'messages', index: 'owner', pk: owner, descending: true, ...page } as const;
  const { items, cursor } = await table.query(query);
  const messages = items as unknown as readonly Message[];
  return { items: messages.filter((message) => canBeOpened(message, now)), cursor };
}

/** The TTL counts whole seconds; this check covers the fraction. */
function canBeOpened({ expiresAt }: Message, now: Date): boolean {
  return expiresAt === null || expiresAt > now.toISOString();
}

/** The TTL after which nothing of a message remains. */
export function ttlOf({ expiresAt }: Pick<Message, 'expiresAt'>): { readonly ttl?: number } {
  return expiresAt === null ? {} : { ttl: Math.ceil(Date.parse(expiresAt) / 1000) };
}

export function remainingOf({ maxAccess, accesses }: Message): number | null {
  return maxAccess === null ? null : maxAccess - accesses;
}

export function addMessage(message: Message): Write {
  const item = { ...keyOf(message.messageId), ...message, ...ttlOf(message) };
  return { table: 'messages', put: item, if: ['absent'] };
}

/**
 * Counts an access that is not the last one. Fails if only the last one is left. Any number of concurrent openers are
 * counted without conflicts.
 */
export function countAccess(
  { messageId, maxAccess }: Message,
  now: Date,
  repeatableUntil: number | undefined,
): Write {
  const notTheLast: Condition[] =
    maxAccess === null ? [] : [{ field: 'accesses', counterBelow: maxAccess - 1 }];
  return {
    table: 'messages',
    update: keyOf(messageId),
    add: { accesses: 1 },
    set: { lastAccessAt: now.toISOString(), ...(repeatableUntil && { repeatableUntil }) },
    if: notTheLast,
  };
}

/** Uses the last access, which deletes the message. Fails if another opener was faster. */
export function takeLastAccess({ messageId, accesses }: Message): Write {
  return {
    table: 'messages',
    delete: keyOf(messageId),
    if: [{ field: 'accesses', equals: accesses }],
  };
}

export function deleteMessage({ messageId }: Message): Write {
  return { table: 'messages', delete: keyOf(messageId), if: ['present'] };
}
