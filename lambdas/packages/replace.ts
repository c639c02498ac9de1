import { packages } from '../../contract/packages.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { changePackages, packageInfos } from './package-set.ts';

export const handler = endpoint(packages.replace, async ({ body }, context) => {
  const set = await changePackages(context, 'packages', () => body.packages);
  return { status: 200, body: packageInfos(set) };
});
