import { system } from '../../contract/system.ts';
import { endpoint } from '../pipeline/endpoint.ts';

export const handler = endpoint(system.getJwks, async (_, { platform }) => ({
  status: 200,
  body: { keys: await platform.keys.publicKeys('jwt') },
}));
