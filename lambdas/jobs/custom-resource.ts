import { describeError, logger } from '../../platform/logger.ts';

/** What CloudFormation sends ("Custom resource request objects"), as far as it is of use here. */
type CustomResourceEvent = {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
};

/**
 * Handler of a custom resource that is made once and never changed or deleted. The answer holds no data: it ends
 * up in CloudFormation's records.
 *
 * @param id physical id of the resource, always the same
 */
export function madeOnce(id: string, make: () => Promise<void>) {
  return async (event: CustomResourceEvent): Promise<void> => {
    const outcome = event.RequestType === 'Create' ? await attempt(make) : succeeded;
    const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
    const answer = { ...outcome, PhysicalResourceId: id, StackId, RequestId, LogicalResourceId };
    const { ok, status } = await fetch(ResponseURL, {
      method: 'PUT',
      // The URL is signed for a request without a content type.
      headers: { 'content-type': '' },
      body: JSON.stringify(answer),
    });
    if (!ok) throw new Error(`CloudFormation did not take the answer: ${status}`);
  };
}

const succeeded = { Status: 'SUCCESS' } as const;

async function attempt(make: () => Promise<void>) {
  try {
    await make();
    return succeeded;
  } catch (error) {
    logger.error('custom resource failed', describeError(error));
    const { name, message } = error instanceof Error ? error : new Error('unknown');
    return { Status: 'FAILED', Reason: `${name}: ${message}` } as const;
  }
}
