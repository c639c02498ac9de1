import { secrets } from '../../contract/secrets.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { deleteSecret } from '../stores/secrets.ts';

export const handler = endpoint(secrets.delete, async ({ params: { name } }, { caller }) => ({
  status: 200,
  body: { deleted: true, name },
  writes: [{ ...deleteSecret(caller.userId, name), onConflict: 'NOT_FOUND' }],
  audit: { resource: `secrets/${name}` },
}));
