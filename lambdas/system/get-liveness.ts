import { system } from '../../contract/system.ts';
import { endpoint } from '../pipeline/endpoint.ts';

export const handler = endpoint(system.getLiveness, async () => ({ status: 200, body: { status: 'ok' } }));
