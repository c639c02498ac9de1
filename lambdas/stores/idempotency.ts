import { sha256Base64Url } from '../../crypto/server/sha256.ts';
import type { Key, Table, Write } from '../../platform/table.ts';

/**
 * A call that came with an `Idempotency-Key`. `claim` names the attempt that is answering it; `answer` is there
 * once it is answered. The answer is sealed under a data key of its own, since it may hold a token; the request is
 * there as a MAC under that key, since a plain digest could be searched for a password. A large answer is in the
 * object store.
 */
export type IdempotentCall = {
  readonly claim: string;
  readonly wrappedKey: Uint8Array;
  readonly requestMac: Uint8Array;
  readonly sealedAnswer: Uint8Array | null;
  readonly answerObject: string | null;
};

export function callKey(owner: string, operationId: string, idempotencyKey: string): Key {
  const hash = sha256Base64Url(idempotencyKey);
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
  const unanswered = (['sealedAnswer', 'answerObject'] as const).map((field) => ({ field, equals: null }));
  return { table: 'idempotency', delete: key, if: [{ field: 'claim', equals: claim }, ...unanswered] };
}
