import { type AuditEntry, verifyAuditLog, verifyEntries } from '../../client/audit.ts';
import { pagesOf, type StrongroomClient } from '../../client/index.ts';
import { type Command, textOf, UsageError, type Values } from '../command.ts';
import { keepCredentials, readProfiles } from '../credentials.ts';

const extent = {
  options: { limit: { type: 'string' }, all: { type: 'boolean' } },
  optionHelp: { limit: 'how many, 100 unless given', all: 'all that there are' },
} as const;

/** Many entries are many calls: those that the installation's rate limit holds up for a minute are waited for. */
const patience = { retries: 10, maxMs: 65_000 };

export const audit: readonly Command[] = [
  {
    name: 'audit list',
    summary: 'List what was done, newest first',
    arity: [0, 0],
    ...extent,
    async run({ values, terminal, client }) {
      terminal.list(await newestEntries(client.withRetry(patience), values), {
        TIME: ({ time }) => time,
        ACTION: ({ action }) => action,
        RESOURCE: ({ resource }) => resource,
        OUTCOME: ({ outcome }) => outcome,
        FROM: ({ ip }) => ip,
      });
      return 0;
    },
  },
  {
    name: 'audit verify',
    summary: 'Verify that the audit log has only grown, and holds your newest entries as they are',
    details:
      'Against the checkpoint that the last verification kept beside the API key. The first time it shows the key that ' +
      'signs the log: compare it with what your administrator tells you.',
    arity: [0, 0],
    ...extent,
    async run({ values, terminal, client, url, profile }) {
      const stored = readProfiles().get(profile);
      const known = stored?.url === url ? stored.auditLog : undefined;
      const patient = client.withRetry(patience);
      const log = await verifyAuditLog(patient, known);
      const entries = await newestEntries(patient, values);
      const onProgress = terminal.progress('Entries');
      const { verified, waiting } = await verifyEntries(patient, entries, log, { onProgress });
      const { verifierKey, checkpoint, size } = log;
      if (stored?.url === url) keepCredentials(profile, { ...stored, auditLog: { verifierKey, checkpoint } });
      terminal.answer({ size, verified, waiting, verifierKey }, () =>
        [
          `The log has ${size} entries${known ? ' and continues the one that was known' : ''}.`,
          `${verified} of your newest are in it as they are, ${waiting} are not sealed yet.`,
          ...(known ? [] : [`It is signed by ${verifierKey}`]),
        ].join('\n'),
      );
      return 0;
    },
  },
];

async function newestEntries(client: StrongroomClient, values: Values): Promise<readonly AuditEntry[]> {
  const wanted = values.all ? Number.POSITIVE_INFINITY : countOf(textOf(values, 'limit') ?? '100');
  const entries: AuditEntry[] = [];
  const ask = (cursor: string | undefined) =>
    client.call('audit.list', { query: { limit: Math.min(100, wanted - entries.length), cursor } });
  for await (const { body } of pagesOf(ask)) {
    entries.push(...body.entries);
    if (entries.length >= wanted) break;
  }
  return entries;
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError('--limit takes a number');
}
