import { useRef, useState } from 'preact/hooks';
import { type Execution, type Program, runProgram } from '../../../client/executions.ts';
import { useAction, useClient } from '../api.ts';

export type Output = { readonly stdout: string; readonly stderr: string };

const nothing: Output = { stdout: '', stderr: '' };

/** Runs what `prepare` gives, with its output as it comes, and stops it on demand. */
export function useRun(prepare: () => Promise<Program>) {
  const client = useClient();
  const [output, setOutput] = useState(nothing);
  const [ended, setEnded] = useState<Execution>();
  const running = useRef<string | undefined>(undefined);
  const action = useAction(async () => {
    setOutput(nothing);
    setEnded(undefined);
    try {
      const execution = await runProgram(client, await prepare(), {
        onAccepted: (id) => {
          running.current = id;
        },
        onOutput: (stream, text) => setOutput((before) => ({ ...before, [stream]: before[stream] + text })),
      });
      setEnded(execution);
      setOutput({ stdout: execution.stdout, stderr: execution.stderr });
    } finally {
      running.current = undefined;
    }
  });
  const stop = () => {
    const id = running.current;
    if (id) client.call('execute.stop', { params: { id } }).catch(() => undefined);
  };
  return { action, stop, output, ended };
}
