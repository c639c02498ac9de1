import type { Result } from '../../../client/executions.ts';
import { fill, useWords } from '../language.tsx';
import { Files } from './files.tsx';
import type { Output } from './use-run.ts';
import { dictionary } from './words.ts';

type RunResultProps = { readonly output: Output; readonly ended: Result | undefined };

/** What a program wrote until now, and how it ended. */
export function RunResult({ output, ended }: RunResultProps) {
  const words = useWords(dictionary);
  return (
    <section class="card" aria-label={words.result}>
      <p role="status">
        <Status ended={ended} />
      </p>
      {output.stdout && <Written title={words.output} text={output.stdout} />}
      {output.stderr && <Written title={words.errors} text={output.stderr} />}
      {ended && <Files execution={ended} />}
    </section>
  );
}

/** What scrolls must be reached by keyboard, and has a name then. */
export function Written({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <>
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scroll" aria-label={title} tabIndex={0}>
        <pre class="output">{text}</pre>
      </section>
    </>
  );
}

function Status({ ended }: Pick<RunResultProps, 'ended'>) {
  const words = useWords(dictionary);
  if (!ended || ended.status === 'running') return <span class="badge busy">{words.running}</span>;
  const { status, durationMs, exitCode, signal } = ended;
  const text = fill(words[status], {
    time: String(Math.round(durationMs)),
    code: String(exitCode ?? signal),
  });
  return <span class={`badge ${status === 'completed' ? 'good' : 'bad'}`}>{text}</span>;
}
