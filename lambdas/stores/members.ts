import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { parseItem, parsePage, type StoredPage, Time } from './stored.ts';

const prefix = 'user#';

const Member = z
  .object({
    sk: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum(['member', 'admin']),
    createdAt: Time,
  })
  .transform(({ sk, ...member }) => ({ ...member, userId: sk.slice(prefix.length) }));

/** A user as other members of the org see them. It never changes. */
export type Member = Readonly<z.output<typeof Member>>;

const keyOf = (orgId: string, userId: string) => ({ pk: `org#${orgId}`, sk: `${prefix}${userId}` });

/** @throws Tampered */
export async function getMember(table: Table, orgId: string, userId: string): Promise<Member | undefined> {
  return parseItem(Member, await table.get('orgs', keyOf(orgId, userId)));
}

/** Lists members in order of creation. @throws Tampered */
export async function listMembers(
  table: Table,
  orgId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<StoredPage<Member>> {
  const pk = `org#${orgId}`;
  return parsePage(Member, await table.query({ table: 'orgs', pk, prefix, ...page }));
}

export function addMember(orgId: string, { userId, ...member }: Member): Write {
  return { table: 'orgs', put: { ...keyOf(orgId, userId), ...member }, if: ['absent'] };
}
