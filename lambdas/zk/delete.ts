import { zk } from '../../contract/zk.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteCode } from '../stores/zk-code.ts';

export const handler = endpoint(zk.delete, async ({ params: { name } }, { caller }) => {
  const [code, payload] = deleteCode(caller.userId, name);
  return {
    status: 200,
    body: { deleted: true, name },
    writes: [{ ...code, onConflict: 'NOT_FOUND' }, payload],
    audit: { resource: `zk/code/${name}` },
  };
});
