import { type AuditEntry, verifyAuditLog, verifyEntries } from '../../client/audit.ts';
import { pagesOf, type StrongroomClient } from '../../client/index.ts';
import { command, type Entry } from '../command.ts';
import { readProfiles, storeCredentials } from '../credentials.ts';
import { count, flag, type ValuesOf } from '../options.ts';

const rangeOptions = {
  limit: count('count', 'number of entries (default: 100)'),
  all: flag('all entries'),
};

/** Many entries take many requests, so this outlasts a rate limit of one minute. */
const retries = { retries: 10, maxMs: 65_000 };

export const audit: readonly Entry[] = [
  { name: 'audit', summary: 'List and verify the audit log' },
  command({
    name: 'audit list',
    summary: 'List your audit entries, newest first',
    options: rangeOptions,
    async run({ options, terminal, client }) {
      terminal.list(await newestEntries(client.withRetry(retries), options), {
        TIME: ({ time }) => time,
        ACTION: ({ action }) => action,
        RESOURCE: ({ resource }) => resource,
        OUTCOME: ({ outcome }) => outcome,
        FROM: ({ ip }) => ip,
      });
    },
  }),
  command({
    name: 'audit verify',
    summary: 'Verify that the audit log has only grown and contains your newest entries unchanged',
    details:
      'Compares the log with the checkpoint that the last verification stored beside the API key. The first verification ' +
      'prints the key that signs the log: compare it with the one your administrator gave you.',
    options: rangeOptions,
    async run({ options, terminal, client, url, profile }) {
      const stored = readProfiles().get(profile);
      const known = stored?.url === url ? stored.auditLog : undefined;
      const patient = client.withRetry(retries);
      const log = await verifyAuditLog(patient, known);
      const entries = await newestEntries(patient, options);
      const onProgress = terminal.progress('Entries');
      const { verified, waiting } = await verifyEntries(patient, entries, log, { onProgress });
      const { verifierKey, checkpoint, size } = log;
      if (stored?.url === url)
        storeCredentials(profile, { ...stored, auditLog: { verifierKey, checkpoint } });
      terminal.result({ size, verified, waiting, verifierKey }, () =>
        [
          `The log has ${size} entries${known ? ' and continues the verified log' : ''}.`,
          `${verified} of your newest entries are in the log unchanged; ${waiting} are not in it yet.`,
          ...(known ? [] : [`The log is signed by ${verifierKey}`]),
        ].join('\n'),
      );
    },
  }),
];

async function newestEntries(
  client: StrongroomClient,
  { all, limit = 100 }: ValuesOf<typeof rangeOptions>,
): Promise<readonly AuditEntry[]> {
  const wanted = all ? Number.POSITIVE_INFINITY : limit;
  const entries: AuditEntry[] = [];
  const getPage = (cursor: string | undefined) =>
    client.call('audit.list', { query: { limit: Math.min(100, wanted - entries.length), cursor } });
  for await (const { body } of pagesOf(getPage)) {
    entries.push(...body.entries);
    if (entries.length >= wanted) break;
  }
  return entries;
}
