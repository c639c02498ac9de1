import * as z from 'zod';
import type { Table, Write } from '../../platform/table.ts';
import { Bytes, parseItem } from './stored.ts';

/**
 * The audit log without its entries: the number of sequenced entries, their hashes in the batches in which they were
 * appended, and the newest checkpoint. Tiles and checkpoints in the object store are derived from it.
 */
const headKey = { pk: 'head', sk: 'head' };
const publishedKey = { pk: 'published', sk: 'published' };
const batchKey = (start: number) => ({ pk: 'batch', sk: String(start).padStart(16, '0') });

const Head = z.object({ size: z.int().min(1) });
const Batch = z.object({ start: z.int().min(0), hashes: z.array(Bytes).min(1) });
const Published = z.object({ size: z.int().min(1), checkpoint: z.string() });

export type Batch = z.output<typeof Batch>;
/** `checkpoint` is a signed note. */
export type Published = z.output<typeof Published>;

/** Returns how many entries the log has. @throws Tampered */
export async function getLogSize(table: Table): Promise<number> {
  return parseItem(Head, await table.get('auditLog', headKey))?.size ?? 0;
}

/** Appends a batch. Fails unless the log has exactly as many entries as the batch starts at. */
export function appendBatch({ start, hashes }: Batch): readonly Write[] {
  const size = start + hashes.length;
  return [
    start === 0
      ? { table: 'auditLog', put: { ...headKey, size }, if: ['absent'] }
      : { table: 'auditLog', update: headKey, set: { size }, if: [{ field: 'size', equals: start }] },
    { table: 'auditLog', put: { ...batchKey(start), start, hashes }, if: ['absent'] },
  ];
}

/** Returns batches in order, from the batch that starts at `start`. @throws Tampered */
export async function listBatches(table: Table, start: number, limit: number): Promise<readonly Batch[]> {
  const page = await table.query({ table: 'auditLog', pk: 'batch', from: batchKey(start).sk, limit });
  return page.items.map((item) => parseItem(Batch, item));
}

/** @throws Tampered */
export async function getPublished(table: Table): Promise<Published | undefined> {
  return parseItem(Published, await table.get('auditLog', publishedKey));
}

/** Fails if another checkpoint has been published in the meantime. */
export function publish({ size, checkpoint }: Published, before: Published | undefined): Write {
  return {
    table: 'auditLog',
    put: { ...publishedKey, size, checkpoint },
    if: before ? [{ field: 'size', equals: before.size }] : ['absent'],
  };
}
