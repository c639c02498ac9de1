import { limits } from '../../contract/limits.ts';
import { hashBearerSecret } from '../../crypto/server/bearer-secret.ts';
import type { Table, Write } from '../../platform/table.ts';
import type { Message } from './messages.ts';

/** A counted access under its opener's nonce. The opener may request the content again. */
export type Opening = Pick<Message, 'owner' | 'orgId'> & {
  readonly remaining: number | null;
  readonly repeated: boolean;
};

const keyOf = (id: string, nonce: string) => ({
  pk: id,
  sk: `opening#${Buffer.from(hashBearerSecret(nonce)).toString('base64url')}`,
});

/** Returns until when an access made now can be repeated: for a while, but not beyond the expiry of the message. */
export function repeatableUntil({ expiresAt }: Message, now: Date): number {
  const end = Math.ceil(now.getTime() / 1000) + limits.messageRepeatSeconds;
  return expiresAt === null ? end : Math.min(end, Math.floor(Date.parse(expiresAt) / 1000));
}

export async function getOpening(table: Table, id: string, nonce: string): Promise<Opening | undefined> {
  return (await table.get('messages', keyOf(id, nonce))) as Opening | undefined;
}

/** Fails if an access with the same nonce exists: then this request is its repetition. */
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
