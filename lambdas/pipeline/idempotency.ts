import type { RouteRecord } from '../../contract/define-route.ts';
import { limits } from '../../contract/limits.ts';
import { answersPrefix } from '../../contract/resources.ts';
import { equalBytes } from '../../crypto/encoding/bytes.ts';
import { openAesGcm, sealAesGcm } from '../../crypto/server/aes-gcm.ts';
import { hmacSha256 } from '../../crypto/server/hmac.ts';
import { sha256Hex } from '../../crypto/server/sha256.ts';
import type { Platform } from '../../platform/platform.ts';
import { ConditionFailed, type Key } from '../../platform/table.ts';
import {
  claimRequest,
  getIdempotentRequest,
  type IdempotentRequest,
  idempotencyKeyOf,
  recordAnswer,
  releaseClaim,
} from '../stores/idempotency.ts';
import { ApiError } from './api-error.ts';
import { type Caller, ownerOf } from './caller.ts';
import type { Effect } from './effects.ts';
import type { OperationResult } from './operation.ts';
import type { ParsedRequest } from './request.ts';

/** Longer than any request may take, so a claim that outlives its process expires afterwards. */
const claimSeconds = 60;

/** DynamoDB items are limited to 400 KB. A larger response is stored in the object store. */
const answerBytes = 256 * 1024;

const requestPurpose = 'strongroom idempotency request v1';
const answerAad = Buffer.from('answer');

/** A claim on an idempotency key, or the result that was recorded for it. */
export type Claim =
  | { readonly replay: OperationResult }
  | {
      /** Returns the write that records the result. It belongs in the transaction with the effects of the result. */
      readonly record: (answer: OperationResult) => Promise<Effect>;
      /** Releases the key after a failure. */
      readonly release: () => Promise<void>;
    };

/**
 * Claims the `Idempotency-Key` of a request.
 *
 * @throws ApiError IDEMPOTENCY_KEY_REUSED for another request, IDEMPOTENCY_IN_PROGRESS while the first one runs
 */
export async function claim(
  route: RouteRecord,
  platform: Platform,
  request: ParsedRequest & { readonly idempotencyKey: string },
  caller: Caller | undefined,
): Promise<Claim> {
  const { table, keys } = platform;
  const key = idempotencyKeyOf(ownerOf(caller), route.operationId, request.idempotencyKey);
  const context = { purpose: 'idempotency', owner: key.pk, key: key.sk };
  const { plaintext: dataKey, wrapped } = await keys.generateDataKey(context);
  const open: IdempotentRequest = {
    claim: globalThis.crypto.randomUUID(),
    wrappedKey: wrapped,
    requestMac: hmacSha256(dataKey, requestPurpose, requestOf(request)),
    sealedAnswer: null,
    answerObject: null,
  };
  const epoch = Math.floor(request.now.getTime() / 1000);
  try {
    await table.transact([claimRequest(key, open, epoch + claimSeconds)]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return { replay: await replay(platform, key, context, requestOf(request)) };
  }
  return {
    record: async ({ status, body, headers }) => {
      const sealed = sealAesGcm(dataKey, Buffer.from(JSON.stringify({ status, body, headers })), answerAad);
      const kept = await placeSealed(platform, key, open.claim, sealed);
      return {
        ...recordAnswer(key, { ...open, ...kept }, epoch + limits.idempotencySeconds),
        onConflict: 'CONFLICT',
      };
    },
    release: () => table.transact([releaseClaim(key, open.claim)]),
  };
}

/** The part of a request that must be the same for its result to be replayed: parameters and body. */
function requestOf({ input, rawBody }: ParsedRequest): Uint8Array {
  return Buffer.from(`${JSON.stringify(input.params)}\n${rawBody}`);
}

/** Stores a large sealed result in the object store. Returns the fields that say where the result is. */
async function placeSealed({ objects }: Platform, { pk, sk }: Key, claim: string, sealed: Uint8Array) {
  if (sealed.length <= answerBytes) return { sealedAnswer: sealed, answerObject: null };
  const name = sha256Hex(`${pk} ${sk} ${claim}`);
  await objects.put(`${answersPrefix}${name}`, sealed);
  return { sealedAnswer: null, answerObject: `${answersPrefix}${name}` };
}

async function replay(
  { table, keys, objects }: Platform,
  key: Key,
  context: Readonly<Record<string, string>>,
  request: Uint8Array,
): Promise<OperationResult> {
  const earlier = await getIdempotentRequest(table, key);
  const inProgress = () => new ApiError('IDEMPOTENCY_IN_PROGRESS', { headers: { 'Retry-After': '1' } });
  if (!earlier) throw inProgress();
  const dataKey = await keys.openDataKey(earlier.wrappedKey, context);
  const again = hmacSha256(dataKey, requestPurpose, request);
  if (!equalBytes(earlier.requestMac, again)) throw new ApiError('IDEMPOTENCY_KEY_REUSED');
  const sealed = earlier.answerObject
    ? (await objects.get(earlier.answerObject))?.body
    : (earlier.sealedAnswer ?? undefined);
  if (!sealed) throw inProgress();
  const answer = JSON.parse(Buffer.from(openAesGcm(dataKey, sealed, answerAad)).toString());
  return { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
}
