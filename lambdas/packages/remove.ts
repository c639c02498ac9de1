import { packages } from '../../contract/packages.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { changePackages } from './package-set.ts';

export const handler = endpoint(packages.remove, async ({ params: { name } }, context) => {
  await changePackages(context, `packages/${name}`, (wanted) => {
    const left = wanted.filter((each) => each.name !== name);
    if (left.length === wanted.length) throw new ApiError('NOT_FOUND');
    return left;
  });
  return { status: 200, body: { deleted: true, name } };
});
