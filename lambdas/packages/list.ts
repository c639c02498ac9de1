import { packages } from '../../contract/packages.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders, pageByName } from '../pipeline/paging.ts';
import { loadAndRequestPackages, packageInfos } from './package-set.ts';

export const handler = endpoint(packages.list, async ({ query }, context) => {
  const { set, writes } = await loadAndRequestPackages(context);
  const { items, cursor } = pageByName(set ? packageInfos(set) : [], query);
  return { status: 200, body: items, headers: nextCursorHeaders(cursor), writes };
});
