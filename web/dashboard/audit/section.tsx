import type { AuditEntry } from '../../../client/audit.ts';
import { useClient, usePages } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { Heading } from '../ui/heading.tsx';
import { LoadedView, More } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { Timeline } from './timeline.tsx';
import { Verification } from './verification.tsx';
import { dictionary } from './words.ts';

/** Entries per page. Only the first page is verified, because each entry takes a request. */
const limit = 50;

export default function Audit() {
  const words = useWords(dictionary);
  const client = useClient();
  const { loaded, more } = usePages<AuditEntry>(
    async (cursor, signal) => {
      const { body } = await client.call('audit.list', { query: { limit, cursor }, signal });
      return { items: body.entries, next: body.nextCursor };
    },
    [client],
  );
  return (
    <>
      <Heading title={words.title} lead={words.lead} />
      <LoadedView loaded={loaded}>
        {(entries) => (
          <>
            <Timeline entries={entries} />
            <Verification entries={entries.slice(0, limit)} />
            <Entries entries={entries} />
          </>
        )}
      </LoadedView>
      <More label={words.more} action={more} />
    </>
  );
}

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  return (
    <Table
      rows={entries}
      keyOf={({ id }) => id}
      columns={[
        { label: words.time, cell: ({ time }) => moment(time) },
        { label: words.action, cell: ({ action }) => <code>{action}</code> },
        { label: words.resource, cell: ({ resource }) => resource },
        {
          label: words.outcome,
          cell: ({ outcome }) => (
            <span class={`badge ${outcome === 'success' ? 'good' : 'bad'}`}>{words[outcome]}</span>
          ),
        },
        { label: words.ip, cell: ({ ip }) => ip },
      ]}
    />
  );
}
