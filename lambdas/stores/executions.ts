import type { Language } from '../../contract/languages.ts';
import type { Item, Table, Write } from '../../platform/table.ts';
import type { JobStatus } from '../../sandbox-image/protocol/job.ts';

/** An execution that was detached, or that has ended and whose result is stored. */
export type Execution = {
  readonly userId: string;
  readonly executionId: string;
  readonly orgId: string;
  readonly language: Language;
  readonly status: 'running' | JobStatus;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly timeoutSeconds: number;
  readonly sandboxId: string;
  /** Data key of this execution, wrapped by the key store. */
  readonly wrappedKey: Uint8Array;
  /** The secret that decrypts the sandbox's replies, sealed under the data key. */
  readonly sealedSecret: Uint8Array;
  /** Why the execution has no result. */
  readonly reason: string | null;
  /** Epoch seconds. */
  readonly ttl: number;
};

type End = Pick<Execution, 'status' | 'endedAt' | 'reason' | 'ttl'>;

const keyOf = (userId: string, executionId: string) => ({ pk: userId, sk: executionId });

/** Partition of the index that lists running executions. */
const running = 'all';

export function addExecution(execution: Execution): Write {
  const { userId, executionId } = execution;
  return {
    table: 'executions',
    put: { ...keyOf(userId, executionId), ...execution, ...(execution.status === 'running' && { running }) },
    if: ['absent'],
  };
}

/** Records the end of an execution. Only the first record of an end counts. */
export function endExecution({ userId, executionId }: Execution, end: End): Write {
  return {
    table: 'executions',
    update: keyOf(userId, executionId),
    set: { ...end },
    remove: ['running'],
    if: [{ field: 'status', equals: 'running' }],
  };
}

export function deleteExecution({ userId, executionId }: Execution): Write {
  return { table: 'executions', delete: keyOf(userId, executionId) };
}

export async function getExecution(
  table: Table,
  userId: string,
  executionId: string,
): Promise<Execution | undefined> {
  const item = await table.get('executions', keyOf(userId, executionId));
  return item && asExecution(item);
}

/** Lists executions, newest first: their IDs start with the time. */
export async function listExecutions(
  table: Table,
  userId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly executions: readonly Execution[]; readonly cursor?: string }> {
  const { items, cursor } = await table.query({
    table: 'executions',
    pk: userId,
    descending: true,
    ...page,
  });
  return { executions: items.map(asExecution), cursor };
}

/** Lists the running executions of all users. */
export async function listRunning(table: Table, limit: number): Promise<readonly Execution[]> {
  const { items } = await table.query({ table: 'executions', index: 'running', pk: running, limit });
  return items.map(asExecution);
}

function asExecution(item: Item): Execution {
  return item as unknown as Execution;
}
