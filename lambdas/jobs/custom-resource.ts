import type * as z from 'zod';
import type { createAdministratorKey } from '../../contract/jobs.ts';
import { describeError, logger } from '../../platform/logger.ts';

type CustomResourceEvent = z.output<(typeof createAdministratorKey)['payload']>;

/**
 * Responds to CloudFormation for a custom resource that is created once, and never changed or deleted. The response
 * contains no data, because CloudFormation keeps it in its records.
 *
 * @param id physical id of the resource, always the same
 */
export async function createOnce(
  id: string,
  { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId }: CustomResourceEvent,
  create: () => Promise<void>,
): Promise<void> {
  const outcome = RequestType === 'Create' ? await attempt(create) : succeeded;
  const { ok, status } = await fetch(ResponseURL, {
    method: 'PUT',
    // The URL is signed for a request without a content type.
    headers: { 'content-type': '' },
    body: JSON.stringify({ ...outcome, PhysicalResourceId: id, StackId, RequestId, LogicalResourceId }),
  });
  if (!ok) throw new Error(`CloudFormation refused the response: ${status}`);
}

const succeeded = { Status: 'SUCCESS' } as const;

async function attempt(create: () => Promise<void>) {
  try {
    await create();
    return succeeded;
  } catch (error) {
    logger.error('custom resource failed', describeError(error));
    const { name, message } = error instanceof Error ? error : new Error('unknown');
    return { Status: 'FAILED', Reason: `${name}: ${message}` } as const;
  }
}
