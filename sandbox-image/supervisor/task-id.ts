const timeoutMs = 5_000;

/**
 * Returns the id of this Fargate task, which is also its id in the pool, or undefined outside Fargate ("Task metadata
 * endpoint version 4"). Callers check it before they trust the key of a task, because addresses are reused.
 *
 * @throws Error if the endpoint does not return it
 */
export async function findTaskId(metadata: string | undefined): Promise<string | undefined> {
  if (!metadata) return undefined;
  const response = await fetch(`${metadata}/task`, { signal: AbortSignal.timeout(timeoutMs) });
  const { TaskARN } = (await response.json()) as { TaskARN?: unknown };
  const taskId = typeof TaskARN === 'string' ? TaskARN.split('/').at(-1) : undefined;
  if (!response.ok || !taskId) throw new Error('the task metadata endpoint did not return the task id');
  return taskId;
}
