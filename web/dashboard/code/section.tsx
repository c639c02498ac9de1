import { useState } from 'preact/hooks';
import type { ZkCode } from '../../../client/zk.ts';
import { useClient, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { Heading } from '../ui/heading.tsx';
import { RemoveDialog } from '../ui/remove-dialog.tsx';
import { Empty, LoadedList } from '../ui/states.tsx';
import { RowButton, Table } from '../ui/table.tsx';
import { RunDialog } from './run-dialog.tsx';
import { SaveDialog } from './save-dialog.tsx';
import { ShowDialog } from './show-dialog.tsx';
import { dictionary } from './words.ts';

/** A user's maximum, so that one page holds all. */
const limit = 100;

type Open =
  | { readonly kind: 'save'; readonly program?: ZkCode }
  | { readonly kind: 'run' | 'show' | 'remove'; readonly program: ZkCode };

export default function EncryptedCode() {
  const words = useWords(dictionary);
  const client = useClient();
  const [open, setOpen] = useState<Open>();
  const loaded = useLoad(
    async (signal) => (await client.call('zk.list', { query: { limit }, signal })).body,
    [client],
  );
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    loaded.reload();
  };
  return (
    <>
      <Heading title={words.title} lead={words.lead}>
        {isSecureContext && (
          <button type="button" class="primary" onClick={() => setOpen({ kind: 'save' })}>
            {words.add}
          </button>
        )}
      </Heading>
      {!isSecureContext && <p class="problem">{words.insecure}</p>}
      <LoadedList loaded={loaded} empty={<Empty title={words.none} lead={words.noneLead} />}>
        {(programs) => <ProgramTable programs={programs} open={setOpen} />}
      </LoadedList>
      {open?.kind === 'save' && <SaveDialog program={open.program} close={close} done={done} />}
      {open?.kind === 'run' && <RunDialog program={open.program} close={close} />}
      {open?.kind === 'show' && <ShowDialog program={open.program} close={close} />}
      {open?.kind === 'remove' && (
        <RemoveDialog
          words={words}
          name={open.program.name}
          remove={(name) => client.call('zk.delete', { params: { name } })}
          close={close}
          done={done}
        />
      )}
    </>
  );
}

type TableProps = { readonly programs: readonly ZkCode[]; readonly open: (what: Open) => void };

function ProgramTable({ programs, open }: TableProps) {
  const words = useWords(dictionary);
  const { bytes, moment } = useFormats();
  return (
    <Table
      rows={programs}
      keyOf={({ name }) => name}
      columns={[
        {
          label: words.name,
          cell: ({ name, description }) => (
            <>
              <code>{name}</code>
              {description && <p class="note">{description}</p>}
            </>
          ),
        },
        { label: words.size, cell: ({ sizeBytes }) => bytes(sizeBytes) },
        { label: words.updated, cell: ({ updatedAt }) => moment(updatedAt) },
      ]}
      actions={(program) => (
        <>
          {isSecureContext &&
            (['run', 'show', 'save'] as const).map((kind) => (
              <RowButton
                key={kind}
                label={kind === 'save' ? words.replace : words[kind]}
                of={program.name}
                press={() => open({ kind, program })}
              />
            ))}
          <RowButton label={words.remove} of={program.name} press={() => open({ kind: 'remove', program })} />
        </>
      )}
    />
  );
}
