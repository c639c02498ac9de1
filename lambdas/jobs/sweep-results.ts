import { limits } from '../../contract/limits.ts';
import { answersPrefix, resultsPrefix } from '../../contract/resources.ts';
import type { Objects } from '../../platform/objects.ts';

const keptSeconds = {
  [resultsPrefix]: limits.executionResultSeconds,
  [answersPrefix]: limits.idempotencySeconds,
};
const pageSize = 100;

/** Deletes expired results of executions and expired responses. @returns how many */
export async function sweepResults(objects: Objects, now = Date.now()): Promise<number> {
  let deleted = 0;
  for (const [prefix, seconds] of Object.entries(keptSeconds)) {
    deleted += await deleteBefore(objects, prefix, new Date(now - seconds * 1000));
  }
  return deleted;
}

async function deleteBefore(objects: Objects, prefix: string, before: Date): Promise<number> {
  let deleted = 0;
  let cursor: string | undefined;
  do {
    const page = await objects.list({ prefix, limit: pageSize, ...(cursor && { cursor }) });
    for (const { key, modifiedAt } of page.objects) {
      if (modifiedAt >= before) continue;
      await objects.delete(key);
      deleted += 1;
    }
    cursor = page.cursor;
  } while (cursor);
  return deleted;
}
