import { verifyAuditLog, verifyEntries } from '../../client/audit.ts';
import type { Command } from '../command.ts';
import { readCredentials, writeCredentials } from '../credentials.ts';

export const audit: readonly Command[] = [
  {
    name: 'audit list',
    summary: 'List what was done, newest first',
    arity: [0, 0],
    async run({ terminal, client }) {
      const { body } = await client.call('audit.list', { query: { limit: 100 } });
      terminal.list(body.entries, {
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
    summary: 'Verify that the audit log has only grown, and holds your newest 100 entries as they are',
    details:
      'Against the checkpoint that the last verification kept beside the API key. The first time it shows the key that ' +
      'signs the log: compare it with what your administrator tells you.',
    arity: [0, 0],
    async run({ terminal, client, url }) {
      const stored = readCredentials();
      const known = stored?.url === url ? stored.auditLog : undefined;
      const log = await verifyAuditLog(client, known);
      const { body } = await client.call('audit.list', { query: { limit: 100 } });
      const { verified, waiting } = await verifyEntries(client, body.entries, log);
      const { verifierKey, checkpoint, size } = log;
      if (stored?.url === url) writeCredentials({ ...stored, auditLog: { verifierKey, checkpoint } });
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
