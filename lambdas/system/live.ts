import { system } from '../contract/system.ts';
import { endpoint } from '../shared/endpoint.ts';

export const handler = endpoint(system.live, async () => ({ status: 200, body: { status: 'ok' } }));
