import { sha256Base64Url } from '../../crypto/server/sha256.ts';
import type { Key, Table, Write } from '../../platform/table.ts';

/**
 * A request that was sent with an `Idempotency-Key`. `claim` names the attempt that is answering it. The result is
 * present once it has been answered. It is sealed under its own data key, since it may contain a token. The request
 * is stored as a MAC under that key, since a plain digest could be searched for a password. A large result is in the
 * object store.
 */
export type IdempotentRequest = {
  readonly claim: string;
  readonly wrappedKey: Uint8Array;
  readonly requestMac: Uint8Array;
  readonly sealedAnswer: Uint8Array | null;
  readonly answerObject: string | null;
};

export function idempotencyKeyOf(owner: string, operationId: string, idempotencyKey: string): Key {
  const hash = sha256Base64Url(idempotencyKey);
  return { pk: `${owner}#${operationId}`, sk: hash };
}

export async function getIdempotentRequest(table: Table, key: Key): Promise<IdempotentRequest | undefined> {
  return (await table.get('idempotency', key)) as IdempotentRequest | undefined;
}

export function claimRequest(key: Key, call: IdempotentRequest, ttl: number): Write {
  return { table: 'idempotency', put: { ...key, ...call, ttl }, if: ['absent'] };
}

export function recordAnswer(key: Key, call: IdempotentRequest, ttl: number): Write {
  return {
    table: 'idempotency',
    put: { ...key, ...call, ttl },
    if: [{ field: 'claim', equals: call.claim }],
  };
}

/** Releases a claim that was never answered. */
export function releaseClaim(key: Key, claim: string): Write {
  const unanswered = (['sealedAnswer', 'answerObject'] as const).map((field) => ({ field, equals: null }));
  return { table: 'idempotency', delete: key, if: [{ field: 'claim', equals: claim }, ...unanswered] };
}
