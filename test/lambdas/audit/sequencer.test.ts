import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { uuidv7 } from '../../../crypto/encoding/uuid.ts';
import { entryHash } from '../../../crypto/log/audit-log.ts';
import { inclusionProof, rootOf, verifyInclusion } from '../../../crypto/log/merkle.ts';
import { openCheckpoint } from '../../../lambdas/audit/audit-checkpoint.ts';
import { AuditLogAltered, sequenceAuditLog } from '../../../lambdas/audit/sequencer.ts';
import { type AuditEntry, addAuditEntry, entryOf, findEntry } from '../../../lambdas/stores/audit.ts';
import { getPublished } from '../../../lambdas/stores/audit-log.ts';
import { AuditTiles } from '../../../lambdas/stores/audit-tiles.ts';
import { FaultyPlatform, faults } from '../../support/faulty-platform.ts';
import { VaultHandlers } from '../../support/vault-handlers.ts';

let handlers: VaultHandlers;
beforeEach(() => {
  handlers = new VaultHandlers();
});
afterEach(() => handlers.close());

let sequence = 0;
const owner = 'user#someone';

/** Adds entries, three in each millisecond. */
async function add(count: number): Promise<AuditEntry[]> {
  const entries = Array.from({ length: count }, (): AuditEntry => {
    sequence += 1;
    const time = new Date(1_800_000_000_000 + Math.floor(sequence / 3));
    return {
      id: uuidv7(time.getTime()),
      sequence,
      time: time.toISOString(),
      actor: { userId: 'someone', keyId: null },
      action: 'test',
      resource: randomUUID(),
      outcome: 'success',
      ip: '127.0.0.1',
      userAgent: 'test',
      requestId: randomUUID(),
    };
  });
  for (let at = 0; at < count; at += 100) {
    const some = entries.slice(at, at + 100);
    await handlers.platform.table.transact(some.map((entry) => addAuditEntry(entry, owner, undefined)));
  }
  return entries;
}

/** Verifies that the signed tree proves each entry, as a caller does. @returns the size of the log */
async function verifiedLog(entries: readonly AuditEntry[]): Promise<number> {
  const { table, objects, keys } = handlers.platform;
  const published = await getPublished(table);
  const head = published && (await openCheckpoint(keys, published.checkpoint));
  if (!head) throw new Error('nothing is published');
  const tiles = new AuditTiles(objects, head.size);
  expect(await rootOf(tiles, head.size)).toEqual(head.root);
  const places = new Set<number>();
  for (const entry of entries) {
    const stored = await findEntry(table, { owner }, entry.id);
    const leaf = stored?.leaf ?? -1;
    expect(stored && entryOf(stored)).toEqual(entry);
    const proof = await inclusionProof(tiles, leaf, head.size);
    expect(verifyInclusion({ leaf, size: head.size, proof }, entryHash(entry), head.root)).toBe(true);
    places.add(leaf);
  }
  expect(places.size).toBe(entries.length);
  return head.size;
}

describe('sequencing the audit log', () => {
  test('appends every entry once, in batches of any size', async () => {
    const entries: AuditEntry[] = [];
    for (const count of [1, 2, 97, 98, 99, 300, 0, 15, 257]) {
      entries.push(...(await add(count)));
      expect(await sequenceAuditLog(handlers.platform)).toBe(count);
      expect((await getPublished(handlers.platform.table))?.size).toBe(entries.length);
    }
    expect(await verifiedLog(entries)).toBe(entries.length);
  });

  test('writes tiles of three levels beyond 65,536 entries', async () => {
    const entries = await add(66_000);
    expect(await sequenceAuditLog(handlers.platform)).toBe(entries.length);
    const some = entries.filter((_, position) => position % 997 === 0 || position > 65_990);
    expect(await verifiedLog(some)).toBe(entries.length);
  }, 120_000);

  test('appends each entry once when several sequencers run concurrently', async () => {
    const entries = await add(500);
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 5 }, () => sequenceAuditLog(handlers.platform)));
      entries.push(...(await add(20)));
    }
    await sequenceAuditLog(handlers.platform);
    expect(await verifiedLog(entries)).toBe(entries.length);
  });

  test.each(faults)('completes the log in the next run after a port call was %s', async (fault) => {
    const entries = await add(40);
    await sequenceAuditLog(handlers.platform);
    const faulty = new FaultyPlatform(handlers.platform);
    for (let at = 0, calls = 1; at < calls; at++) {
      entries.push(...(await add(30)));
      faulty.arm(at, fault);
      await sequenceAuditLog(faulty.platform).catch(() => undefined);
      calls = await faulty.disarm();
      await sequenceAuditLog(handlers.platform);
      expect((await getPublished(handlers.platform.table))?.size).toBe(entries.length);
    }
    expect(await verifiedLog(entries)).toBe(entries.length);
  });

  test('signs nothing on top of an altered tile or checkpoint', async () => {
    const { table, objects } = handlers.platform;
    await add(300);
    await sequenceAuditLog(handlers.platform);
    const published = await getPublished(table);
    await add(1);

    for (const key of ['audit/tile/0/000', 'audit/tile/0/001.p/44']) {
      const tile = (await objects.get(key))?.body as Uint8Array;
      const altered = tile.with(40, (tile[40] as number) ^ 1);
      await objects.put(key, altered);
      // The tile above stores a whole tile's hash, so proving an entry of an altered tile fails.
      if (key.endsWith('44'))
        await expect(sequenceAuditLog(handlers.platform)).rejects.toThrow(AuditLogAltered);
      await objects.put(key, tile);
    }
    const top = 'audit/tile/1/000.p/1';
    const tile = (await objects.get(top))?.body as Uint8Array;
    await objects.put(top, tile.with(0, (tile[0] as number) ^ 1));
    await expect(sequenceAuditLog(handlers.platform)).rejects.toThrow(AuditLogAltered);
    await objects.delete(top);
    await expect(sequenceAuditLog(handlers.platform)).rejects.toThrow(/tile/);
    await objects.put(top, tile);

    const forged = {
      pk: 'published',
      sk: 'published',
      size: 300,
      checkpoint: 'strongroom.audit/x\n300\nAA==\n\n— x AAAA\n',
    };
    await table.transact([{ table: 'auditLog', put: forged }]);
    await expect(sequenceAuditLog(handlers.platform)).rejects.toThrow(AuditLogAltered);
    await table.transact([{ table: 'auditLog', put: { pk: 'published', sk: 'published', ...published } }]);
    await sequenceAuditLog(handlers.platform);
    expect((await getPublished(table))?.size).toBe(301);
  });
});
