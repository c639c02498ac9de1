import { packages } from '../contract/packages.ts';
import { endpoint } from '../shared/endpoint.ts';
import { packageInfos, pursuedPackages } from '../shared/package-set.ts';
import { nextCursorHeaders, pageByName } from '../shared/paging.ts';

export const handler = endpoint(packages.list, async ({ query }, context) => {
  const { set, writes } = await pursuedPackages(context);
  const { items, cursor } = pageByName(set ? packageInfos(set) : [], query);
  return { status: 200, body: items, headers: nextCursorHeaders(cursor), writes };
});
