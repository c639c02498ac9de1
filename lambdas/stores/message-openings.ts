import { limits } from '../../contract/limits.ts';
import { hashBearerSecret } from '../../crypto/server/bearer-secret.ts';
import type { Table, Write } from '../../platform/table.ts';
import type { Message } from './messages.ts';

/** An access that was counted, under the nonce of its opener, who may have the content once more. */
export type Opening = Pick<Message, 'owner' | 'orgId'> & {
  readonly remaining: number | null;
  readonly repeated: boolean;
};

const keyOf = (id: string, nonce: string) => ({
  pk: id,
  sk: `opening#${Buffer.from(hashBearerSecret(nonce)).toString('base64url')}`,
});

/** Until when an opening made now can be repeated: for a while, and not beyond the message's expiry. */
export function repeatableUntil({ expiresAt }: Message, now: Date): number {
  const end = Math.ceil(now.getTime() / 1000) + limits.messageRepeatSeconds;
  return expiresAt === null ? end : Math.min(end, Math.floor(Date.parse(expiresAt) / 1000));
}

export async function getOpening(table: Table, id: string, nonce: string): Promise<Opening | undefined> {
  return (await table.get('messages', keyOf(id, nonce))) as Opening | undefined;
}

/** Fails where the same nonce was here first: then this call is its repetition. */
export function addOpening(message: Message, nonce: string, remaining: number | null, until: number): Write {
  const { messageId, owner, orgId } = message;
  const item = {
    ...keyOf(messageId, nonce),
    remaining,
    repeated: false,
    ttl: until,
    ...(owner && orgId && { owner, orgId }),
  };
  return { table: 'messages', put: item, if: ['absent'] };
}

export function repeatOpening(id: string, nonce: string): Write {
  return {
    table: 'messages',
    update: keyOf(id, nonce),
    set: { repeated: true },
    if: [{ field: 'repeated', equals: false }],
  };
}
