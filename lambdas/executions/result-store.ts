import { resultsPrefix } from '../../contract/resources.ts';
import { openAesGcm, sealAesGcm } from '../../crypto/server/aes-gcm.ts';
import type { Keys } from '../../platform/keys.ts';
import type { Objects } from '../../platform/objects.ts';
import type { RunOutcome } from '../../sandbox-image/protocol/job.ts';
import { decodeOutcome, encodeResult } from '../../sandbox-image/protocol/wire.ts';
import type { Execution } from '../stores/executions.ts';

type Owner = Pick<Execution, 'orgId' | 'userId' | 'executionId'>;

/** Binds stored material to its owner and execution: it can be decrypted only with the same context. */
const contextOf = ({ orgId, userId, executionId }: Owner) => ({
  purpose: 'execution',
  org: orgId,
  user: userId,
  execution: executionId,
});

const secretAad = Buffer.from('execution v1 replies');
const resultAad = Buffer.from('execution v1 result');
const objectKey = ({ userId, executionId }: Owner) => `${resultsPrefix}${userId}/${executionId}`;

/** Creates a data key for one execution, and seals the secret that decrypts its replies under it: AES-256-GCM. */
export async function sealRepliesSecret(
  keys: Keys,
  owner: Owner,
  secret: Uint8Array,
): Promise<Pick<Execution, 'wrappedKey' | 'sealedSecret'>> {
  const { plaintext: dataKey, wrapped } = await keys.generateDataKey(contextOf(owner));
  const sealedSecret = sealAesGcm(dataKey, secret, secretAad);
  dataKey.fill(0);
  secret.fill(0);
  return { wrappedKey: wrapped, sealedSecret };
}

/** @throws if the record was tampered with, or belongs to another owner or execution */
export async function openRepliesSecret(keys: Keys, execution: Execution): Promise<Uint8Array> {
  return withDataKey(keys, execution, (dataKey) => openAesGcm(dataKey, execution.sealedSecret, secretAad));
}

/** Stores an outcome. Call it before a record refers to the outcome. */
export async function storeResult(
  { keys, objects }: { readonly keys: Keys; readonly objects: Objects },
  execution: Execution,
  outcome: RunOutcome,
): Promise<void> {
  const frame = encodeResult(outcome);
  const sealed = await withDataKey(keys, execution, (dataKey) => sealAesGcm(dataKey, frame, resultAad));
  frame.fill(0);
  await objects.put(objectKey(execution), sealed);
}

/** @throws if the result is missing or was tampered with */
export async function loadResult(
  { keys, objects }: { readonly keys: Keys; readonly objects: Objects },
  execution: Execution,
): Promise<RunOutcome> {
  const stored = objects.get(objectKey(execution));
  const open = async (dataKey: Uint8Array) => {
    const sealed = (await stored)?.body;
    if (!sealed) throw new Error('the result of an execution is not in the object store');
    return openAesGcm(dataKey, sealed, resultAad);
  };
  const [frame] = await Promise.all([withDataKey(keys, execution, open), stored]);
  return decodeOutcome(frame);
}

async function withDataKey<T>(
  keys: Keys,
  execution: Execution,
  use: (dataKey: Uint8Array) => T | Promise<T>,
): Promise<T> {
  const dataKey = await keys.openDataKey(execution.wrappedKey, contextOf(execution));
  try {
    return await use(dataKey);
  } finally {
    dataKey.fill(0);
  }
}
