import { NoSandboxFree } from '../../platform/sandboxes.ts';
import { SandboxLost, SandboxUnavailable } from '../../sandbox-image/protocol/job.ts';
import { ApiError } from '../pipeline/api-error.ts';

/** @throws ApiError for a failure of a sandbox; rethrows any other error */
export function throwAsApiError(error: unknown): never {
  if (error instanceof NoSandboxFree) {
    throw new ApiError('NO_SANDBOX_FREE', { headers: { 'Retry-After': '5' }, cause: error });
  }
  if (error instanceof SandboxUnavailable) {
    throw new ApiError('SANDBOX_UNAVAILABLE', {
      sentence: `This installation cannot run code: ${error.message}`,
      cause: error,
    });
  }
  if (error instanceof SandboxLost) throw new ApiError('UNAVAILABLE', { cause: error });
  throw error;
}
