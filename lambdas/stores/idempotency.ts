import { createHash } from 'node:crypto';
import type { Key, Table, Write } from '../platform/table.ts';

/**
 * A call that came with an `Idempotency-Key`. `claim` names the attempt that is answering it; `answer` is there
 * once it is answered. Request and answer are sealed under a data key of their own: an answer may hold
 * a token, and a plain digest of a request could be searched for a password.
 */
export type IdempotentCall = {
  readonly claim: string;
  readonly wrappedKey: Uint8Array;
  readonly sealedRequest: Uint8Array;
  readonly sealedAnswer: Uint8Array | null;
};

export function callKey(owner: string, operationId: string, idempotencyKey: string): Key {
  const hash = createHash('sha256').update(idempotencyKey).digest('base64url');
  return { pk: `${owner}#${operationId}`, sk: hash };
}

export async function getCall(table: Table, key: Key): Promise<IdempotentCall | undefined> {
  return (await table.get('idempotency', key)) as IdempotentCall | undefined;
}

export function claimCall(key: Key, call: IdempotentCall, ttl: number): Write {
  return { table: 'idempotency', put: { ...key, ...call, ttl }, if: ['absent'] };
}

export function answerCall(key: Key, call: IdempotentCall, ttl: number): Write {
  return {
    table: 'idempotency',
    put: { ...key, ...call, ttl },
    if: [{ field: 'claim', equals: call.claim }],
  };
}

/** Lets go of a claim that was never answered. */
export function releaseCall(key: Key, claim: string): Write {
  const unanswered = { field: 'sealedAnswer', equals: null };
  return { table: 'idempotency', delete: key, if: [{ field: 'claim', equals: claim }, unanswered] };
}
