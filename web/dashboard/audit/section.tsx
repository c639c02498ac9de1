import { useState } from 'preact/hooks';
import type { AuditEntry } from '../../../client/audit.ts';
import { useAction, useClient, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { LoadedView, Problem } from '../ui/states.tsx';
import { Timeline } from './timeline.tsx';
import { Verification } from './verification.tsx';
import { dictionary } from './words.ts';

const limit = 50;

export default function Audit() {
  const words = useWords(dictionary);
  const client = useClient();
  const [older, setOlder] = useState<readonly AuditEntry[]>([]);
  const [next, setNext] = useState<string>();
  const loaded = useLoad(
    async (signal) => {
      const { body } = await client.call('audit.list', { query: { limit }, signal });
      setOlder([]);
      setNext(body.nextCursor);
      return body.entries;
    },
    [client],
  );
  const more = useAction(async () => {
    const { body } = await client.call('audit.list', { query: { limit, cursor: next } });
    setOlder((before) => [...before, ...body.entries]);
    setNext(body.nextCursor);
  });
  return (
    <>
      <div class="heading">
        <div>
          <h1>{words.title}</h1>
          <p class="lead">{words.lead}</p>
        </div>
      </div>
      <LoadedView loaded={loaded}>
        {(newest) => {
          const entries = [...newest, ...older];
          return (
            <>
              <Timeline entries={entries} />
              <Verification entries={newest} />
              <Entries entries={entries} />
              {more.error !== undefined && <Problem error={more.error} />}
              {next && (
                <p class="actions">
                  <button type="button" onClick={() => more.run()}>
                    {words.more}
                  </button>
                </p>
              )}
            </>
          );
        }}
      </LoadedView>
    </>
  );
}

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  return (
    <table class="stacked">
      <thead>
        <tr>
          <th scope="col">{words.time}</th>
          <th scope="col">{words.action}</th>
          <th scope="col">{words.resource}</th>
          <th scope="col">{words.outcome}</th>
          <th scope="col">{words.from}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <th scope="row">{moment(entry.time)}</th>
            <td data-label={words.action}>
              <code>{entry.action}</code>
            </td>
            <td data-label={words.resource}>{entry.resource}</td>
            <td data-label={words.outcome}>
              <span class={`badge ${entry.outcome === 'success' ? 'good' : 'bad'}`}>
                {words[entry.outcome]}
              </span>
            </td>
            <td data-label={words.from}>{entry.ip}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
