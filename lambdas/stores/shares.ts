import * as z from 'zod';
import { limits } from '../../contract/limits.ts';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem, parsePage, type StoredPage, Time } from './stored.ts';

/** A shared record: a value by its name, or a file by its ID. */
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

/** A share as the owner has it. A record has at most one per recipient. */
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
    /** Version of the shared record. */
    version: z.int().min(1),
    /** Content key of this version, wrapped to the recipient. */
    wrappedCek: Bytes,
    /** Version of the record when the share was created: the terms are sealed under its content key. */
    termsVersion: z.int().min(1),
    termsWrappedCek: Bytes,
    sealedTerms: Bytes,
  })
  .transform(({ sk, ...received }) => ({ ...received, shareId: sk }));

/** A share as the recipient has it, with everything that they need to decrypt the record. */
export type Received = Readonly<z.output<typeof Received>>;

const grantsOf = ({ kind, ownerUserId, resource }: Shared) => `granted#${kind}#${ownerUserId}#${resource}`;
const receivedBy = (kind: Shared['kind'], userId: string) => `received#${kind}#${userId}`;

/** The store's TTL of a share in epoch seconds. `isActive` covers the fraction of the last second. */
function ttlOf(expiresAt: string | null): { readonly ttl?: number } {
  return expiresAt === null ? {} : { ttl: Math.ceil(Date.parse(expiresAt) / 1000) };
}

export function isActive({ expiresAt }: Pick<Grant, 'expiresAt'>, now: Date): boolean {
  return expiresAt === null || Date.parse(expiresAt) > now.getTime();
}

type PageOf = { readonly limit: number; readonly cursor?: string };

/** Lists the active grants of a record, by recipient. @throws Tampered */
export async function listGrants(
  table: Table,
  shared: Shared,
  now: Date,
  page: PageOf,
): Promise<StoredPage<Grant>> {
  const found = parsePage(Grant, await table.query({ table: 'shares', pk: grantsOf(shared), ...page }));
  return { ...found, items: found.items.filter((grant) => isActive(grant, now)) };
}

/** Returns the active grant of one recipient. @throws Tampered */
export async function getGrant(
  table: Table,
  shared: Shared,
  recipientUserId: string,
  now: Date,
): Promise<Grant | undefined> {
  const grant = parseItem(Grant, await table.get('shares', { pk: grantsOf(shared), sk: recipientUserId }));
  return grant && isActive(grant, now) ? grant : undefined;
}

/** Returns the active share that a recipient has under this ID. @throws Tampered */
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

/**
 * Lists the active shares of a recipient. Shares that were tampered with are omitted, like those that cannot be
 * decrypted.
 */
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

/**
 * Returns two writes. Commit them with a write that increments the share revision, so that concurrent changes cannot
 * miss each other.
 */
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

/** Returns two writes. @param grant must still be the recipient's, or the transaction fails */
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

/** Gives the recipient the content key of a new version. Fails if the share is gone or its expiry is not a number. */
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

/** Records a read by the recipient. Fails if the share is gone, or if another read was recorded as the first one. */
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
