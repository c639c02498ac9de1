import { useState } from 'preact/hooks';
import { StrongroomError } from '../../../client/index.ts';
import type { ZkCode } from '../../../client/zk.ts';
import { useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { RunResult } from '../runs/result.tsx';
import { useRun } from '../runs/use-run.ts';
import { useSession } from '../session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Area } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { MasterPassword } from './master-password.tsx';
import { forgetKeys, trustOf } from './trust.ts';
import { dictionary } from './words.ts';

type Props = { readonly program: ZkCode; readonly close: () => void };

/** The password is sealed here to the sandbox's key. What runs is the program that was listed, and no other. */
export function RunDialog({ program: { name, sha256 }, close }: Props) {
  const words = useWords(dictionary);
  const client = useClient();
  const { user } = useSession();
  const [masterPassword, setPassword] = useState('');
  const [args, setArgs] = useState('');
  const [stdin, setStdin] = useState('');
  const { action, output, ended, stop } = useRun(async (followed) => {
    const [{ primitives, runZkCode }, trust] = await Promise.all([
      import('./cryptography.ts'),
      trustOf(client, user.id),
    ]);
    const given = { args: args.split('\n').filter((arg) => arg !== ''), stdin };
    return runZkCode(client, primitives, trust, { name, sha256, masterPassword, ...given }, followed);
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
      {isUnproven && <OtherKeys done={action.clear} />}
      {(action.busy || ended) && <RunResult output={output} ended={ended} />}
    </Dialog>
  );
}

function OtherKeys({ done }: { readonly done: () => void }) {
  const words = useWords(dictionary);
  const take = () => {
    forgetKeys();
    done();
  };
  return (
    <div class="problem">
      <p>{words.otherKeys}</p>
      <button type="button" onClick={take}>
        {words.takeKeys}
      </button>
    </div>
  );
}
