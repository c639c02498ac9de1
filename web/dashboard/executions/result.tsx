import type { Result } from '../../../client/executions.ts';
import { fill, useWords } from '../language.tsx';
import { Files } from './files.tsx';
import type { Output } from './use-execution.ts';
import { dictionary } from './words.ts';

type ExecutionResultProps = { readonly output: Output; readonly result: Result | undefined };

/** The output so far and, once there is one, the result. */
export function ExecutionResult({ output, result }: ExecutionResultProps) {
  const words = useWords(dictionary);
  return (
    <section class="card" aria-label={words.result}>
      <p role="status">
        <Status result={result} />
      </p>
      {output.stdout && <ScrollableText title={words.output} text={output.stdout} />}
      {output.stderr && <ScrollableText title={words.errors} text={output.stderr} />}
      {result && <Files execution={result} />}
    </section>
  );
}

/** Text that scrolls. It has a label because keyboard users must be able to reach it. */
export function ScrollableText({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <>
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it */}
      <section class="scroll" aria-label={title} tabIndex={0}>
        <pre class="output">{text}</pre>
      </section>
    </>
  );
}

function Status({ result }: Pick<ExecutionResultProps, 'result'>) {
  const words = useWords(dictionary);
  if (!result || result.status === 'running') return <span class="badge busy">{words.running}</span>;
  const { status, durationMs, exitCode, signal } = result;
  const text = fill(words[status], {
    time: String(Math.round(durationMs)),
    code: String(exitCode ?? signal),
  });
  return <span class={`badge ${status === 'completed' ? 'good' : 'bad'}`}>{text}</span>;
}
