import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Followed, Result } from '../../../client/executions.ts';
import { useAction, useClient } from '../api.ts';

export type Output = { readonly stdout: string; readonly stderr: string };

const nothing: Output = { stdout: '', stderr: '' };

/** Runs a program, and shows its output as it comes. Who leaves follows it no longer; it goes on. */
export function useRun(start: (followed: Followed) => Promise<Result>) {
  const client = useClient();
  const [output, setOutput] = useState(nothing);
  const [ended, setEnded] = useState<Result>();
  const [running, setRunning] = useState<string>();
  const leaving = useMemo(() => new AbortController(), []);
  useEffect(() => () => leaving.abort(), [leaving]);
  const action = useAction(async () => {
    setOutput(nothing);
    setEnded(undefined);
    try {
      const result = await start({
        onAccepted: setRunning,
        onOutput: (stream, text) => setOutput((before) => ({ ...before, [stream]: before[stream] + text })),
        signal: leaving.signal,
      });
      setEnded(result);
      setOutput({ stdout: result.stdout, stderr: result.stderr });
    } finally {
      setRunning(undefined);
    }
  });
  const stop = () => {
    if (running) client.call('executions.stop', { params: { id: running } }).catch(() => undefined);
  };
  /** There is something to stop once the program is accepted. */
  return { action, output, ended, stop: running ? stop : undefined };
}
