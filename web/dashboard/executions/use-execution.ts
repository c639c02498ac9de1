import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Followed, Result } from '../../../client/executions.ts';
import { useAction, useClient } from '../api.ts';

export type Output = { readonly stdout: string; readonly stderr: string };

const noOutput: Output = { stdout: '', stderr: '' };

/** Starts an execution and returns its output as it arrives. The execution continues if the user leaves the section. */
export function useExecution(start: (followed: Followed) => Promise<Result>) {
  const client = useClient();
  const [output, setOutput] = useState(noOutput);
  const [result, setResult] = useState<Result>();
  const [runningId, setRunningId] = useState<string>();
  const unmounted = useMemo(() => new AbortController(), []);
  useEffect(() => () => unmounted.abort(), [unmounted]);
  const action = useAction(async () => {
    setOutput(noOutput);
    setResult(undefined);
    try {
      const finished = await start({
        onAccepted: setRunningId,
        onOutput: (stream, text) =>
          setOutput((previous) => ({ ...previous, [stream]: previous[stream] + text })),
        signal: unmounted.signal,
      });
      setResult(finished);
      setOutput({ stdout: finished.stdout, stderr: finished.stderr });
    } finally {
      setRunningId(undefined);
    }
  });
  const stop = () => {
    if (runningId) client.call('executions.stop', { params: { id: runningId } }).catch(() => undefined);
  };
  // An execution can be stopped once the server has accepted it.
  return { action, output, result, stop: runningId ? stop : undefined };
}
