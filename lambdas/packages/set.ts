import { packages } from '../contract/packages.ts';
import { endpoint } from '../shared/endpoint.ts';
import { changePackages, packageInfos } from '../shared/package-set.ts';

export const handler = endpoint(packages.set, async ({ body }, context) => {
  const set = await changePackages(context, 'packages', () => body.packages);
  return { status: 200, body: packageInfos(set) };
});
