import type { Answer } from '../api/target.ts';
import { alterations, type StoredRecord, type StoredRecords } from './stored-records.ts';

/** Requests by name. Those that begin with `GET` change nothing, and are sent concurrently before all others. */
export type Calls = Readonly<Record<string, () => Promise<Answer>>>;

export type Tampered = {
  readonly calls: Calls;
  /** Returns whether a successful response matches what was stored, as far as the test can tell. */
  readonly isTrue: (name: string, body: Answer['body']) => boolean;
};

const refusals = [400, 403, 404, 409];

/**
 * Sends requests to the current state of the store.
 *
 * @param which selects requests by name
 * @param mustFail names of requests that must not succeed
 * @returns a description of each response that no alteration may cause
 */
export async function faultsOf(
  { calls, isTrue }: Tampered,
  what: string,
  which = /./,
  mustFail: readonly string[] = [],
): Promise<string[]> {
  const chosen = Object.entries(calls).filter(([name]) => which.test(name));
  const reads = chosen.filter(([name]) => name.startsWith('GET'));
  const responses = await Promise.all(reads.map(async ([name, make]) => [name, await make()] as const));
  const changes = chosen.filter(([name]) => !name.startsWith('GET'));
  for (const [name, make] of changes) responses.push([name, await make()]);
  return responses.flatMap(([name, { status, body }]) => {
    const success = status === 200 || status === 201;
    const wrong = success && (mustFail.includes(name) || !isTrue(name, body));
    return wrong || !(success || refusals.includes(status)) ? [`${what}: ${name} returned ${status}`] : [];
  });
}

/**
 * Alters each field of each record, one at a time.
 *
 * @param afterEach restores the record
 * @returns the number of alterations, and a description of each response that they must not cause
 */
export async function alterEach(
  records: StoredRecords,
  chosen: readonly StoredRecord[],
  tampered: Tampered,
  afterEach: () => void,
  expected: (record: StoredRecord, field: string) => { which: RegExp; mustFail: readonly string[] },
): Promise<{ readonly altered: number; readonly found: readonly string[] }> {
  const found: string[] = [];
  let altered = 0;
  for (const record of chosen) {
    for (const [field, value] of Object.entries(record.fields)) {
      const { which, mustFail } = expected(record, field);
      for (const [what, other] of alterations(value)) {
        if (JSON.stringify(other) === JSON.stringify(value)) continue;
        records.write({ ...record, fields: { ...record.fields, [field]: other } });
        const where = `${record.pk}/${record.sk} ${field} ${what}`;
        found.push(...(await faultsOf(tampered, where, which, mustFail)));
        afterEach();
        altered += 1;
      }
    }
  }
  return { altered, found };
}
