import type { MessageFormat } from '../../contract/message-format.ts';
import type { Condition, Table, Write } from '../../platform/table.ts';

/** What is known of a message beside its ciphertext. It exists for as long as it can be opened. */
export type Message = {
  readonly messageId: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly maxAccess: number | null;
  readonly accesses: number;
  readonly lastAccessAt: string | null;
  /** Epoch seconds until which an access that was counted may be repeated; 0 where there is none. */
  readonly repeatableUntil: number;
  readonly format: MessageFormat;
  readonly sizeBytes: number;
  /** User id of the sender, and their org; not there for an anonymous one. */
  readonly owner?: string;
  readonly orgId?: string;
  /** Of an anonymous sender's delete token; null where there is an owner. */
  readonly deleteTokenHash: Uint8Array | null;
};

const keyOf = (id: string) => ({ pk: id, sk: id });

/** A message that can be opened at that time. */
export async function getMessage(table: Table, id: string, now: Date): Promise<Message | undefined> {
  const message = (await table.get('messages', keyOf(id))) as Message | undefined;
  return message && canBeOpened(message, now) ? message : undefined;
}

/** Newest first. */
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

/** The time to live counts whole seconds; this counts the rest. */
function canBeOpened({ expiresAt }: Message, now: Date): boolean {
  return expiresAt === null || expiresAt > now.toISOString();
}

/** Epoch seconds by which everything of a message is gone. */
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
 * Counts an access that leaves at least one more. It fails where only the last one is left by now, so any number
 * of openers at once are counted without getting in each other's way.
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

/** Takes the last access, and the message with it; fails where another opener was first. */
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
