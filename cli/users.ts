import { type StrongroomClient, StrongroomError } from '../client/index.ts';
import { UsageError } from './errors.ts';
import { listAll } from './list-all.ts';

type User = { readonly id: string; readonly name: string; readonly email?: string | null };

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns the users of the caller's organization as every member sees them: without addresses. */
export function directoryOf(client: StrongroomClient) {
  return listAll((query) => client.call('users.listOrg', { query }));
}

/** Returns the users of an organization as its admins see them. */
export function usersOf(client: StrongroomClient, orgId: string) {
  return listAll((query) => client.call('admin.listUsers', { params: { orgId }, query }));
}

/**
 * Returns the ID of a user of the organization, given the ID, a unique name or, if the caller is an admin, an email
 * address. Text that looks like an address never matches a name: someone who took that name would receive the secret.
 *
 * Throws `StrongroomError` NOT_FOUND, or `UsageError` if several users have the name.
 */
export async function userIdOf(client: StrongroomClient, given: string): Promise<string> {
  if (guid.test(given)) return given;
  if (!given.includes('@')) return findUser(await directoryOf(client), given);
  const { body: me } = await client.call('users.getMe');
  return findUser(me.role === 'admin' ? await usersOf(client, me.orgId) : await directoryOf(client), given);
}

/** Like `userIdOf`, among users that are known already. */
export function findUser(users: readonly User[], given: string): string {
  if (guid.test(given)) return given;
  const found = users.filter(({ name, email }) => name === given || email === given.toLowerCase());
  const [first, second] = found;
  if (!first) {
    const reason = given.includes('@') ? ' (only admins can find users by email addresses)' : '';
    const message = `no user ${given} in the organization${reason}`;
    throw new StrongroomError(message, { code: 'NOT_FOUND', status: 404 });
  }
  if (!second) return first.id;
  throw new UsageError(
    `several users are named ${given}; use an ID: ${found.map(({ id }) => id).join(', ')}`,
  );
}
