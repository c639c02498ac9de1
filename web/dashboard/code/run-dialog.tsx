import { useState } from 'preact/hooks';
import { StrongroomError } from '../../../client/index.ts';
import type { ZkCode } from '../../../client/zk.ts';
import { useClient } from '../api.ts';
import { ExecutionResult } from '../executions/result.tsx';
import { useExecution } from '../executions/use-execution.ts';
import { fill, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Area } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { MasterPassword } from './master-password.tsx';
import { forgetKeys, trustFor } from './trust.ts';
import { dictionary } from './words.ts';

type Props = { readonly program: ZkCode; readonly close: () => void };

/** Seals the password to the sandbox's key. The hash ensures that the sandbox runs the listed program and no other. */
export function RunDialog({ program: { name, sha256 }, close }: Props) {
  const words = useWords(dictionary);
  const client = useClient();
  const { user } = useSession();
  const [masterPassword, setPassword] = useState('');
  const [args, setArgs] = useState('');
  const [stdin, setStdin] = useState('');
  const { action, output, result, stop } = useExecution(async (followed) => {
    const [{ primitives, runZkCode }, trust] = await Promise.all([
      import('./cryptography.ts'),
      trustFor(client, user.id),
    ]);
    const input = { args: args.split('\n').filter((arg) => arg !== ''), stdin };
    return runZkCode(client, primitives, trust, { name, sha256, masterPassword, ...input }, followed);
  });
  const { error } = action;
  const isUnproven = error instanceof StrongroomError && error.code === 'PROOF_REJECTED';
  const buttons = (
    <>
      {stop && (
        <button type="button" onClick={stop}>
          {words.stop}
        </button>
      )}
      <button type="button" onClick={close}>
        {words.close}
      </button>
    </>
  );
  return (
    <Dialog title={fill(words.runTitle, { name })} wide close={close}>
      <Form action={action} submit={words.run} buttons={buttons}>
        <p>{words.runLead}</p>
        <MasterPassword value={masterPassword} change={setPassword} />
        <div class="columns">
          <Area label={words.args} hint={words.argsHint} code rows={2} value={args} change={setArgs} />
          <Area label={words.stdin} code rows={2} value={stdin} change={setStdin} />
        </div>
      </Form>
      {isUnproven && <ChangedKeys done={action.clear} />}
      {(action.busy || result) && <ExecutionResult output={output} result={result} />}
    </Dialog>
  );
}

function ChangedKeys({ done }: { readonly done: () => void }) {
  const words = useWords(dictionary);
  const trustNewKeys = () => {
    forgetKeys();
    done();
  };
  return (
    <div class="problem">
      <p>{words.keysChanged}</p>
      <button type="button" onClick={trustNewKeys}>
        {words.trustKeys}
      </button>
    </div>
  );
}
