const answerMs = 5_000;

/**
 * The id of the Fargate task that this is, by which the pool knows it; undefined elsewhere ("Task metadata endpoint
 * version 4"). A key is taken for that of a task only where the task says so: addresses are used again.
 *
 * @throws Error where the endpoint is named and does not tell
 */
export async function findTaskId(metadata: string | undefined): Promise<string | undefined> {
  if (!metadata) return undefined;
  const answer = await fetch(`${metadata}/task`, { signal: AbortSignal.timeout(answerMs) });
  const { TaskARN } = (await answer.json()) as { TaskARN?: unknown };
  const taskId = typeof TaskARN === 'string' ? TaskARN.split('/').at(-1) : undefined;
  if (!answer.ok || !taskId) throw new Error('the metadata of the task do not say which one it is');
  return taskId;
}
