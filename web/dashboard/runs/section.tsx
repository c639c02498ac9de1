import { useRef, useState } from 'preact/hooks';
import { type Execution, runProgram } from '../../../client/executions.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { Area, Choice } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Files } from './files.tsx';
import { dictionary } from './words.ts';

type Language = 'python' | 'javascript';
type Output = { readonly stdout: string; readonly stderr: string };

const nothing: Output = { stdout: '', stderr: '' };

export default function Runs() {
  const words = useWords(dictionary);
  const client = useClient();
  const [language, setLanguage] = useState<Language>('python');
  const [code, setCode] = useState('print("Hello, world")\n');
  const [stdin, setStdin] = useState('');
  const [output, setOutput] = useState(nothing);
  const [ended, setEnded] = useState<Execution>();
  const running = useRef<string | undefined>(undefined);
  const action = useAction(async () => {
    setOutput(nothing);
    setEnded(undefined);
    try {
      const execution = await runProgram(
        client,
        { language, code, stdin },
        {
          onAccepted: (id) => {
            running.current = id;
          },
          onOutput: (stream, text) => setOutput((before) => ({ ...before, [stream]: before[stream] + text })),
        },
      );
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
  return (
    <>
      <Heading title={words.title} lead={words.lead} />
      <Form
        class="card"
        action={action}
        submit={words.run}
        buttons={
          action.busy && (
            <button type="button" onClick={stop}>
              {words.stop}
            </button>
          )
        }
      >
        <Choice
          label={words.language}
          value={language}
          change={setLanguage}
          options={[
            ['python', 'Python'],
            ['javascript', 'JavaScript'],
          ]}
        />
        <Area
          label={words.code}
          hint={words.codeHint}
          code
          required
          rows={12}
          value={code}
          change={setCode}
        />
        <Area label={words.stdin} code rows={2} value={stdin} change={setStdin} />
      </Form>
      {(action.busy || ended) && <Result output={output} ended={ended} />}
    </>
  );
}

function Result({ output, ended }: { readonly output: Output; readonly ended: Execution | undefined }) {
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
function Written({ title, text }: { readonly title: string; readonly text: string }) {
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

function Status({ ended }: { readonly ended: Execution | undefined }) {
  const words = useWords(dictionary);
  if (!ended || ended.status === 'running') return <span class="badge busy">{words.running}</span>;
  const { status, durationMs, exitCode, signal } = ended;
  const text = fill(words[status], {
    time: String(Math.round(durationMs)),
    code: String(exitCode ?? signal),
  });
  return <span class={`badge ${status === 'completed' ? 'good' : 'bad'}`}>{text}</span>;
}
