import { packages } from '../../contract/packages.ts';
import { parseLock } from '../../platform/build-outcome.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getPackageLock } from '../stores/packages.ts';
import { loadAndRequestPackages } from './package-set.ts';

export const handler = endpoint(packages.getLock, async (_, context) => {
  const [{ lock: built, writes }, stored] = await Promise.all([
    loadAndRequestPackages(context),
    getPackageLock(context.platform.table, context.caller.userId),
  ]);
  const found = built ?? stored;
  if (!found) throw new ApiError('NOT_FOUND');
  const { lockVersion: _version, ...lock } = parseLock(found.lock);
  return { status: 200, body: { bundleId: found.bundleId, ...lock, lock: found.lock }, writes };
});
