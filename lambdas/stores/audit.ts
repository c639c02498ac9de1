import { timeOfUuidv7 } from '../../crypto/encoding/uuid.ts';
import type { Key, Page, Query, Table, Write } from '../../platform/table.ts';

export type AuditEntry = {
  readonly id: string;
  readonly sequence: number;
  readonly time: string;
  readonly actor: { readonly userId: string | null; readonly email?: string; readonly keyId: string | null };
  readonly action: string;
  readonly resource: string;
  readonly outcome: 'success' | 'refused';
  readonly ip: string;
  readonly userAgent: string;
  readonly requestId: string;
};

/** Whose entries to list: an actor's own (see `ownerOf`), those of an org, or all of the installation. */
export type AuditScope = { readonly owner: string } | { readonly orgId: string } | 'installation';

/** Sort key: by time, then by sequence number. `from` and `to` are compared with it. */
const position = (time: string, sequence: number) => `${time}#${String(sequence).padStart(16, '0')}`;

export function addAuditEntry(entry: AuditEntry, owner: string, orgId: string | undefined): Write {
  return {
    table: 'audit',
    put: {
      pk: owner,
      sk: position(entry.time, entry.sequence),
      ...entry,
      ...(orgId && { orgId }),
      installation: 'all',
      unsealed: 'all',
    },
    if: ['absent'],
  };
}

/** An entry as it is stored. `leaf` is missing until the entry is sequenced. */
export type StoredEntry = AuditEntry & Key & { readonly leaf?: number };

/** Returns the oldest entries that are not in the log yet. Entries added a moment ago may be missing. */
export async function listUnsequenced(table: Table, limit: number): Promise<readonly StoredEntry[]> {
  const { items } = await table.query({ table: 'audit', index: 'unsealed', pk: 'all', limit });
  return items as unknown as readonly StoredEntry[];
}

/** Records an entry's position in the log. Fails if it has one. */
export function markSequenced({ pk, sk }: Key, leaf: number): Write {
  return {
    table: 'audit',
    update: { pk, sk },
    set: { leaf },
    remove: ['unsealed'],
    if: [{ field: 'unsealed', equals: 'all' }],
  };
}

/** Returns the entry with this ID if it is in the scope. */
export async function findEntry(
  table: Table,
  scope: AuditScope,
  id: string,
): Promise<StoredEntry | undefined> {
  const time = timeOfUuidv7(id).toISOString();
  const range = { from: position(time, 0), to: position(time, Number.MAX_SAFE_INTEGER) };
  let cursor: string | undefined;
  do {
    const page: Page = await table.query({
      table: 'audit',
      ...partitionOf(scope),
      ...range,
      limit: entriesAtOnce,
      ...(cursor && { cursor }),
    });
    const found = page.items.find((item) => item.id === id);
    if (found) return found as unknown as StoredEntry;
    cursor = page.cursor;
  } while (cursor);
  return undefined;
}

/** Returns exactly the fields of an entry, over which its hash is computed. */
export function entryOf(stored: StoredEntry): AuditEntry {
  const { id, sequence, time, actor, action, resource, outcome, ip, userAgent, requestId } = stored;
  return { id, sequence, time, actor, action, resource, outcome, ip, userAgent, requestId };
}

/** How many entries of one millisecond are read per query. */
const entriesAtOnce = 100;

/** Maximum number of pages that one request reads in search of a rare action. */
const searchedPages = 20;

type Range = {
  readonly from?: Date;
  readonly to?: Date;
  readonly action?: string;
  readonly limit: number;
  readonly cursor?: string;
};

/**
 * Lists entries, newest first. Like a search, a page may have fewer entries than requested and still have a cursor.
 */
export async function listAudit(
  table: Table,
  scope: AuditScope,
  { from, to, action, limit, cursor }: Range,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly cursor?: string }> {
  const entries: AuditEntry[] = [];
  let next = cursor;
  for (let pages = 0; pages < searchedPages; pages++) {
    const page: Page = await table.query({
      table: 'audit',
      ...partitionOf(scope),
      from: from && position(from.toISOString(), 0),
      to: to && position(to.toISOString(), Number.MAX_SAFE_INTEGER),
      descending: true,
      limit: limit - entries.length,
      cursor: next,
    });
    const found = page.items as unknown as readonly AuditEntry[];
    entries.push(...found.filter((entry) => action === undefined || entry.action === action));
    next = page.cursor;
    if (!next || entries.length === limit) break;
  }
  return { entries, cursor: next };
}

function partitionOf(scope: AuditScope): Pick<Query, 'index' | 'pk'> {
  if (scope === 'installation') return { index: 'installation', pk: 'all' };
  return 'orgId' in scope ? { index: 'orgId', pk: scope.orgId } : { pk: scope.owner };
}
