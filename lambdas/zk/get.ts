import { zk } from '../../contract/zk.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { loadProgram } from './zk-code.ts';

export const handler = endpoint(zk.get, async ({ params: { name } }, { caller, platform }) => {
  const { code, payload } = await loadProgram(platform.table, caller.userId, name);
  return { status: 200, body: { ...code, encryptedPayload: payload } };
});
