import * as z from 'zod';
import { limits } from '../../contract/limits.ts';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, parsePage, type StoredPage, Time } from './stored.ts';

/** What is shared: a value by its name, or a file by its id. */
export type Shared = {
  readonly kind: 'kv' | 'file';
  readonly ownerUserId: string;
  readonly resource: string;
};

const terms = {
  permission: z.literal('read'),
  createdAt: Time,
  updatedAt: Time,
  expiresAt: Time.nullable(),
} as const;

const Grant = z
  .object({
    sk: z.string(),
    shareId: z.uuid(),
    recipientName: z.string(),
    ...terms,
    firstAccessAt: Time.nullable(),
    lastAccessAt: Time.nullable(),
    ttl: z.number().optional(),
  })
  .transform(({ sk, ttl: _, ...grant }) => ({ ...grant, recipientUserId: sk }));

/** A share as it lies beside what is shared. There is at most one for each recipient. */
export type Grant = Readonly<z.output<typeof Grant>>;

const Received = z
  .object({
    sk: z.string(),
    ownerUserId: z.guid(),
    ownerName: z.string(),
    resource: z
      .string()
      .min(1)
      .max(limits.kvKeyBytes)
      .refine((name) => name.isWellFormed()),
    ...terms,
    /** Of what is shared. */
    version: z.int().min(1),
    /** The key of this version, wrapped to the recipient. */
    wrappedCek: Bytes,
    /** What was shared when the share was made: the terms are sealed under the key of that version. */
    termsVersion: z.int().min(1),
    termsWrappedCek: Bytes,
    sealedTerms: Bytes,
  })
  .transform(({ sk, ...received }) => ({ ...received, shareId: sk }));

/** A share as it lies with its recipient: all that they need to open what is shared. */
export type Received = Readonly<z.output<typeof Received>>;

const grantsOf = ({ kind, ownerUserId, resource }: Shared) => `granted#${kind}#${ownerUserId}#${resource}`;
const receivedBy = (kind: Shared['kind'], userId: string) => `received#${kind}#${userId}`;

/** Epoch seconds by which the store itself drops a share; until the second is full, `isActive` counts the rest. */
function ttlOf(expiresAt: string | null): { readonly ttl?: number } {
  return expiresAt === null ? {} : { ttl: Math.ceil(Date.parse(expiresAt) / 1000) };
}

export function isActive({ expiresAt }: Pick<Grant, 'expiresAt'>, now: Date): boolean {
  return expiresAt === null || Date.parse(expiresAt) > now.getTime();
}

type PageOf = { readonly limit: number; readonly cursor?: string };

/** Active grants of what is shared, by recipient. @throws Tampered */
export async function listGrants(
  table: Table,
  shared: Shared,
  now: Date,
  page: PageOf,
): Promise<StoredPage<Grant>> {
  const found = parsePage(Grant, await table.query({ table: 'shares', pk: grantsOf(shared), ...page }));
  return { ...found, items: found.items.filter((grant) => isActive(grant, now)) };
}

/** The active grant of one recipient. @throws Tampered */
export async function getGrant(
  table: Table,
  shared: Shared,
  recipientUserId: string,
  now: Date,
): Promise<Grant | undefined> {
  const grant = parseItem(Grant, await table.get('shares', { pk: grantsOf(shared), sk: recipientUserId }));
  return grant && isActive(grant, now) ? grant : undefined;
}

/** The share that a recipient has under this id. @throws Tampered */
export async function getReceived(
  table: Table,
  kind: Shared['kind'],
  recipientUserId: string,
  shareId: string,
  now: Date,
): Promise<Received | undefined> {
  const key = { pk: receivedBy(kind, recipientUserId), sk: shareId };
  const received = parseItem(Received, shareId === '' ? undefined : await table.get('shares', key));
  return received && isActive(received, now) ? received : undefined;
}

/** Active shares of a recipient. Those that were altered are left out, as those that do not open are. */
export async function listReceived(
  table: Table,
  kind: Shared['kind'],
  recipientUserId: string,
  now: Date,
  page: PageOf,
): Promise<StoredPage<Received>> {
  const pk = receivedBy(kind, recipientUserId);
  const { items, cursor } = await table.query({ table: 'shares', pk, ...page });
  const whole = items.flatMap((item) => Received.safeParse(item).data ?? []);
  return { items: whole.filter((received) => isActive(received, now)), ...(cursor && { cursor }) };
}

/** Two writes. They go with one that changes what is shared, by which no two of them can miss each other. */
export function addShare(
  shared: Shared,
  { recipientUserId, ...grant }: Grant,
  { shareId, ...received }: Received,
): readonly Write[] {
  const ttl = ttlOf(grant.expiresAt);
  const inbox = receivedBy(shared.kind, recipientUserId);
  return [
    { table: 'shares', put: { pk: grantsOf(shared), sk: recipientUserId, ...grant, ...ttl } },
    { table: 'shares', put: { pk: inbox, sk: shareId, ...received, ...ttl }, if: ['absent'] },
  ];
}

/** Two writes. @param grant that is still the recipient's, or the transaction fails */
export function endShare(
  shared: Shared,
  { recipientUserId, shareId }: Pick<Grant, 'recipientUserId' | 'shareId'>,
): readonly Write[] {
  return [
    {
      table: 'shares',
      delete: { pk: grantsOf(shared), sk: recipientUserId },
      if: [{ field: 'shareId', equals: shareId }],
    },
    { table: 'shares', delete: { pk: receivedBy(shared.kind, recipientUserId), sk: shareId } },
  ];
}

/** Gives the recipient the key of a new version. It fails where the share is gone, or its time is none. */
export function rewrapShare(
  kind: Shared['kind'],
  { recipientUserId, shareId }: Pick<Grant, 'recipientUserId' | 'shareId'>,
  fields: Pick<Received, 'version' | 'wrappedCek' | 'updatedAt'>,
): Write {
  return {
    table: 'shares',
    update: { pk: receivedBy(kind, recipientUserId), sk: shareId },
    set: fields,
    if: [{ field: 'ttl', counterBelow: Number.MAX_SAFE_INTEGER }],
  };
}

/** Notes a read by the recipient. It fails where the share is gone, or another read was the first meanwhile. */
export function markAccess(shared: Shared, grant: Grant, now: Date): Write {
  const lastAccessAt = now.toISOString();
  const isFirst = grant.firstAccessAt === null;
  return {
    table: 'shares',
    update: { pk: grantsOf(shared), sk: grant.recipientUserId },
    set: { lastAccessAt, firstAccessAt: grant.firstAccessAt ?? lastAccessAt },
    if: [
      { field: 'shareId', equals: grant.shareId },
      ...(isFirst ? [{ field: 'firstAccessAt', equals: null }] : []),
    ],
  };
}
