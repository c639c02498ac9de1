import { limits } from '../../contract/limits.ts';
import { packages } from '../../contract/packages.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { changePackages, packageInfo } from './package-set.ts';

export const handler = endpoint(packages.add, async ({ body: { package: added } }, context) => {
  const set = await changePackages(context, `packages/${added.name}`, (wanted) => {
    if (wanted.some(({ name }) => name === added.name)) throw new ApiError('PACKAGE_EXISTS');
    if (wanted.length >= limits.packages.count) throw new ApiError('TOO_MANY_PACKAGES');
    return [...wanted, added];
  });
  return { status: 201, body: packageInfo(set, added) };
});
