import { system } from '../contract/system.ts';
import { endpoint } from '../shared/endpoint.ts';

export const handler = endpoint(system.jwks, async (_, { platform }) => ({
  status: 200,
  body: { keys: await platform.keys.publicKeys('jwt') },
}));
