import { type StrongroomClient, StrongroomError } from '../client/index.ts';
import { UsageError } from './command.ts';
import { listAll } from './lists.ts';

type Known = { readonly id: string; readonly name: string; readonly email?: string | null };

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The users of the caller's org, as everybody in it sees them: without addresses. */
export function directoryOf(client: StrongroomClient) {
  return listAll((query) => client.call('users.listOrg', { query }));
}

/** The users of an org as its admins see them. */
export function usersOf(client: StrongroomClient, orgId: string) {
  return listAll((query) => client.call('admin.listUsers', { params: { orgId }, query }));
}

/**
 * The id of a user of the org, who is named by it, by a name that nobody else has, or, where an admin asks, by an e-mail
 * address. What stands in an address is never taken for a name: a secret would go to whoever is called so.
 *
 * @throws StrongroomError NOT_FOUND @throws UsageError for a name of several
 */
export async function userIdOf(client: StrongroomClient, given: string): Promise<string> {
  if (guid.test(given)) return given;
  if (!given.includes('@')) return oneOf(await directoryOf(client), given);
  const { body: me } = await client.call('users.getMe');
  return oneOf(me.role === 'admin' ? await usersOf(client, me.orgId) : await directoryOf(client), given);
}

/** @throws StrongroomError NOT_FOUND @throws UsageError for a name of several */
export function oneOf(users: readonly Known[], given: string): string {
  if (guid.test(given)) return given;
  const found = users.filter(({ name, email }) => name === given || email === given.toLowerCase());
  const [first, second] = found;
  if (!first) {
    const reason = given.includes('@')
      ? '; the org’s directory has names, and addresses for admins alone'
      : '';
    const message = `No user of the org is called ${given}${reason}`;
    throw new StrongroomError(message, { code: 'NOT_FOUND', status: 404 });
  }
  if (!second) return first.id;
  throw new UsageError(
    `${given} is the name of several; give an id: ${found.map(({ id }) => id).join(', ')}`,
  );
}
