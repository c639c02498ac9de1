import { auth } from '../../contract/auth.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { endSession } from '../stores/sessions.ts';

export const handler = endpoint(auth.logout, async (_, { caller }) => {
  if (caller.credential.kind !== 'session') throw new ApiError('UNAUTHENTICATED');
  return {
    status: 200,
    body: { success: true },
    writes: [endSession(caller.userId, caller.credential.id)],
    audit: { resource: 'sessions' },
  };
});
