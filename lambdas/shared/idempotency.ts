import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { RouteRecord } from '../contract/define-route.ts';
import { limits } from '../contract/limits.ts';
import { openAesGcm, sealAesGcm } from '../crypto/aes-gcm.ts';
import type { Platform } from '../platform/platform.ts';
import { ConditionFailed, type Key } from '../platform/table.ts';
import {
  answerCall,
  callKey,
  claimCall,
  getCall,
  type IdempotentCall,
  releaseCall,
} from '../stores/idempotency.ts';
import type { Effect } from './answer.ts';
import { ApiError } from './api-error.ts';
import type { Call } from './call.ts';
import { type Caller, ownerOf } from './caller.ts';
import type { Answer } from './operation.ts';

/** Longer than any call may take: a claim that outlives its process frees itself after it. */
const claimSeconds = 60;

const requestAad = Buffer.from('request');
const answerAad = Buffer.from('answer');

/** A claim on an idempotency key, or the answer that was given to it before. */
export type Claim =
  | { readonly replay: Answer }
  | {
      /** The write that records the answer; it belongs into the transaction with the answer's changes. */
      readonly record: (answer: Answer) => Effect;
      /** Lets go of the key, after a failure. */
      readonly release: () => Promise<void>;
    };

/**
 * Claims the call's `Idempotency-Key`.
 *
 * @throws ApiError IDEMPOTENCY_KEY_REUSED for another request, IDEMPOTENCY_IN_PROGRESS while the first is open
 */
export async function claim(
  route: RouteRecord,
  platform: Platform,
  call: Call & { readonly idempotencyKey: string },
  caller: Caller | undefined,
): Promise<Claim> {
  const { table, keys } = platform;
  const key = callKey(ownerOf(caller), route.operationId, call.idempotencyKey);
  const context = { purpose: 'idempotency', owner: key.pk, key: key.sk };
  const { plaintext: dataKey, wrapped } = await keys.generateDataKey(context);
  const open: IdempotentCall = {
    claim: randomUUID(),
    wrappedKey: wrapped,
    sealedRequest: sealAesGcm(dataKey, requestOf(call), requestAad),
    sealedAnswer: null,
  };
  const epoch = Math.floor(call.now.getTime() / 1000);
  try {
    await table.transact([claimCall(key, open, epoch + claimSeconds)]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return { replay: await replay(platform, key, context, requestOf(call)) };
  }
  return {
    record: ({ status, body, headers }) => {
      const sealedAnswer = sealAesGcm(
        dataKey,
        Buffer.from(JSON.stringify({ status, body, headers })),
        answerAad,
      );
      return {
        ...answerCall(key, { ...open, sealedAnswer }, epoch + limits.idempotencySeconds),
        orElse: 'CONFLICT',
      };
    },
    release: () => table.transact([releaseCall(key, open.claim)]),
  };
}

/** What has to be the same for an answer to be given again: whatever was asked for, and of what. */
function requestOf({ input, rawBody }: Call): Uint8Array {
  return Buffer.from(`${JSON.stringify(input.params)}\n${rawBody}`);
}

async function replay(
  { table, keys }: Platform,
  key: Key,
  context: Readonly<Record<string, string>>,
  again: Uint8Array,
): Promise<Answer> {
  const earlier = await getCall(table, key);
  const inProgress = () => new ApiError('IDEMPOTENCY_IN_PROGRESS', { headers: { 'Retry-After': '1' } });
  if (!earlier) throw inProgress();
  const dataKey = await keys.openDataKey(earlier.wrappedKey, context);
  const request = openAesGcm(dataKey, earlier.sealedRequest, requestAad);
  if (request.length !== again.length || !timingSafeEqual(request, again)) {
    throw new ApiError('IDEMPOTENCY_KEY_REUSED');
  }
  if (!earlier.sealedAnswer) throw inProgress();
  const answer = JSON.parse(Buffer.from(openAesGcm(dataKey, earlier.sealedAnswer, answerAad)).toString());
  return { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
}
