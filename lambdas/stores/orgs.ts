import * as z from 'zod';
import { limits } from '../../contract/limits.ts';
import { ConditionFailed, type Table, type Write } from '../../platform/table.ts';
import { parseItem, parsePage, type StoredPage, Time } from './stored.ts';

/** The org of users who register themselves. */
export const defaultOrgId = 'default';

const Plan = z.object({
  key: z.string(),
  maxRecords: z.int().min(0),
  maxKeyPlusValueBytes: z.int().min(0),
  maxFiles: z.int().min(0),
  maxFileSizeBytes: z.int().min(0),
});

const Storage = z.object({ provider: z.enum(['appliance', 'none']) });

const Org = z.object({
  orgId: z.string(),
  name: z.string(),
  createdAt: Time,
  plan: Plan,
  storage: Storage,
});

const OrgEntry = z
  .object({ sk: z.string(), name: z.string(), createdAt: Time })
  .transform(({ sk, ...entry }) => ({ ...entry, orgId: sk }));

/** The storage limits of an org. */
export type Plan = Readonly<z.output<typeof Plan>>;
/** Where an org's files are stored. */
export type Storage = Readonly<z.output<typeof Storage>>;
export type Org = Readonly<z.output<typeof Org>>;
export type OrgEntry = Readonly<z.output<typeof OrgEntry>>;

/** The limits of an org whose plan no administrator has set. */
export const defaultPlan: Plan = {
  key: 'default',
  maxRecords: 100_000,
  maxKeyPlusValueBytes: limits.kvKeyBytes + limits.kvValueBytes,
  maxFiles: 100_000,
  maxFileSizeBytes: 100 * 1024 ** 3,
};
const defaultStorage: Storage = { provider: 'appliance' };

const keyOf = (orgId: string) => ({ pk: `org#${orgId}`, sk: 'org' });
const entryKey = (orgId: string) => ({ pk: 'orgs', sk: orgId });

/** @throws Tampered */
export async function getOrg(table: Table, orgId: string): Promise<Org | undefined> {
  return parseItem(Org, await table.get('orgs', keyOf(orgId)));
}

/** @throws Tampered */
export async function listOrgs(
  table: Table,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<StoredPage<OrgEntry>> {
  return parsePage(OrgEntry, await table.query({ table: 'orgs', pk: 'orgs', ...page }));
}

/** Adds an org with the default plan and storage, and its entry in the list. */
export function addOrg({ orgId, name, createdAt }: OrgEntry): readonly Write[] {
  const org = { orgId, name, createdAt, plan: defaultPlan, storage: defaultStorage, records: 0, files: 0 };
  return [
    { table: 'orgs', put: { ...keyOf(orgId), ...org }, if: ['absent'] },
    { table: 'orgs', put: { ...entryKey(orgId), name, createdAt }, if: ['absent'] },
  ];
}

/** Creates the default org if it does not exist. Call it at every start. */
export async function ensureDefaultOrg(table: Table, now: Date): Promise<void> {
  try {
    await table.transact(addOrg({ orgId: defaultOrgId, name: 'Default', createdAt: now.toISOString() }));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

export function setPlan(orgId: string, plan: Plan): Write {
  return { table: 'orgs', update: keyOf(orgId), set: { plan } };
}

export function setStorage(orgId: string, storage: Storage): Write {
  return { table: 'orgs', update: keyOf(orgId), set: { storage } };
}

const bounds = { records: 'maxRecords', files: 'maxFiles' } as const;

/** Counts one more stored record or file. Fails if the plan allows no more. */
export function countStored({ orgId, plan }: Org, what: keyof typeof bounds): Write {
  return {
    table: 'orgs',
    update: keyOf(orgId),
    add: { [what]: 1 },
    if: [{ field: what, counterBelow: plan[bounds[what]] }],
  };
}

/** Counts nothing. Fails if the plan allows no more. */
export function requireRoom({ orgId, plan }: Org, what: keyof typeof bounds): Write {
  return {
    table: 'orgs',
    check: keyOf(orgId),
    if: [{ field: what, counterBelow: plan[bounds[what]] }],
  };
}

/** Counts one stored record or file less. Fails if the stored count is not a number. */
export function countDeleted(orgId: string, what: keyof typeof bounds): Write {
  return {
    table: 'orgs',
    update: keyOf(orgId),
    add: { [what]: -1 },
    if: [{ field: what, counterBelow: Number.MAX_SAFE_INTEGER }],
  };
}
