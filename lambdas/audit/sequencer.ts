import { auditPrefix } from '../../contract/resources.ts';
import { equalBytes, utf8 } from '../../crypto/encoding/bytes.ts';
import { entryHash, type TreeHead } from '../../crypto/log/audit-log.ts';
import { rootOf } from '../../crypto/log/merkle.ts';
import type { Platform } from '../../platform/platform.ts';
import { ConditionFailed } from '../../platform/table.ts';
import { entryOf, listUnsequenced, markSequenced } from '../stores/audit.ts';
import {
  appendBatch,
  getLogSize,
  getPublished,
  listBatches,
  type Published,
  publish,
} from '../stores/audit-log.ts';
import { AuditTiles, growTiles } from '../stores/audit-tiles.ts';
import { openCheckpoint, signCheckpoint } from './audit-checkpoint.ts';

type Ports = Pick<Platform, 'table' | 'objects' | 'keys'>;

/** A transaction has at most 100 writes: one for each entry, and two for the log. */
const entriesInBatch = 98;
const batchesInCheckpoint = 100;

/** The log is not the one that was signed: a tile or the checkpoint was altered. Nothing more is signed. */
export class AuditLogAltered extends Error {
  override readonly name = 'AuditLogAltered';
}

/**
 * Appends the entries that are not in the audit log yet, and publishes a checkpoint of it. Concurrent calls append each
 * entry once. The next call completes whatever a crash left undone.
 *
 * @returns how many entries were appended
 * @throws AuditLogAltered @throws Tampered
 */
export async function sequenceAuditLog(ports: Ports): Promise<number> {
  let appended = 0;
  for (let count = entriesInBatch; count === entriesInBatch; appended += count) {
    count = await appendNextBatch(ports);
  }
  while (await publishNext(ports));
  return appended;
}

async function appendNextBatch({ table }: Ports): Promise<number> {
  const [entries, start] = await Promise.all([listUnsequenced(table, entriesInBatch), getLogSize(table)]);
  if (entries.length === 0) return 0;
  const hashes = entries.map((entry) => entryHash(entryOf(entry)));
  const marks = entries.map((entry, position) => markSequenced(entry, start + position));
  const done = await table
    .transact([...marks, ...appendBatch({ start, hashes })])
    .then(() => true, falseOnConflict);
  return done ? entries.length : 0;
}

/** Publishes entries that are in the log and not published, or the first of them. @returns whether there may be more */
async function publishNext(ports: Ports): Promise<boolean> {
  const { table, objects, keys } = ports;
  const before = await getPublished(table);
  const { size } = await verifiedHead(ports, before);
  const batches = await listBatches(table, size, batchesInCheckpoint);
  const leaves = batches.flatMap(({ hashes }) => hashes);
  if (leaves.length === 0) return false;
  await growTiles(objects, size, leaves);
  const grown = size + leaves.length;
  const root = await rootOf(new AuditTiles(objects, grown), grown);
  const checkpoint = await signCheckpoint(keys, { size: grown, root });
  // Each checkpoint is kept, and on AWS no one can delete one.
  await objects.put(`${auditPrefix}checkpoint/${String(grown).padStart(16, '0')}`, utf8(checkpoint));
  return table.transact([publish({ size: grown, checkpoint }, before)]).then(() => true, falseOnConflict);
}

/**
 * Returns the size of the published log, after verifying that the log has the root that was signed. Nothing is signed on
 * top of an altered tile, batch or checkpoint.
 *
 * @throws AuditLogAltered
 */
async function verifiedHead(
  { objects, keys }: Ports,
  published: Published | undefined,
): Promise<Pick<TreeHead, 'size'>> {
  if (!published) return { size: 0 };
  const head = await openCheckpoint(keys, published.checkpoint);
  if (head?.size !== published.size) throw new AuditLogAltered('the checkpoint was tampered with');
  const root = await rootOf(new AuditTiles(objects, head.size), head.size);
  if (!equalBytes(root, head.root)) throw new AuditLogAltered('a tile of the log was tampered with');
  return head;
}

function falseOnConflict(error: unknown): false {
  if (error instanceof ConditionFailed) return false;
  throw error;
}
