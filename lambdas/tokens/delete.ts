import { tokens } from '../../contract/tokens.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { revokeKey } from '../stores/credentials.ts';
import { deleteToken } from '../stores/tokens.ts';

export const handler = endpoint(tokens.delete, async ({ params: { id } }, { caller }) => ({
  status: 200,
  body: { success: true, message: 'Token revoked' },
  // The first write fails for another user's token, and the second one with it.
  writes: [{ ...deleteToken(caller.userId, id), onConflict: 'NOT_FOUND' }, revokeKey(id)],
  audit: { resource: `tokens/${id}` },
}));
