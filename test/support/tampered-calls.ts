import type { Answer } from '../api/target.ts';
import { alterations, type StoredRecord, type StoredRecords } from './stored-records.ts';

/** Requests by name. Those that start with `GET` change nothing, and run concurrently before all others. */
export type Calls = Readonly<Record<string, () => Promise<Answer>>>;

export type Tampered = {
  readonly calls: Calls;
  /** Returns whether a successful response contains what was stored, as far as that can be told. */
  readonly isTrue: (name: string, body: Answer['body']) => boolean;
};

const refusals = [400, 403, 404, 409];

/**
 * Sends requests on what is stored now.
 *
 * @param which names of the requests
 * @param mustFail requests that must not succeed as if nothing had happened
 * @returns responses that no tampering may lead to
 */
export async function faultsOf(
  { calls, isTrue }: Tampered,
  what: string,
  which = /./,
  mustFail: readonly string[] = [],
): Promise<string[]> {
  const chosen = Object.entries(calls).filter(([name]) => which.test(name));
  const reads = chosen.filter(([name]) => name.startsWith('GET'));
  const answers = await Promise.all(reads.map(async ([name, make]) => [name, await make()] as const));
  const changes = chosen.filter(([name]) => !name.startsWith('GET'));
  for (const [name, make] of changes) answers.push([name, await make()]);
  return answers.flatMap(([name, { status, body }]) => {
    const success = status === 200 || status === 201;
    const wrong = success && (mustFail.includes(name) || !isTrue(name, body));
    return wrong || !(success || refusals.includes(status)) ? [`${what}: ${name} answered ${status}`] : [];
  });
}

/**
 * Tampers with each field of each record, one at a time.
 *
 * @param afterEach restores what was stored
 * @returns the number of changes, and their forbidden results
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
