import { useState } from 'preact/hooks';
import { type ResponseFor, StrongroomError } from '../../../client/index.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { Area } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Written } from './result.tsx';
import { dictionary } from './words.ts';

type Generated = ResponseFor<'programs.generate'>['body'];

type GeneratorProps = {
  readonly language: 'python' | 'javascript';
  readonly code: string;
  readonly setCode: (code: string) => void;
  readonly generated: (code: string) => void;
};

/** Has a language model write a program. It is not run: its user reads it first, and runs it then. */
export function Generator({ language, code, setCode, generated }: GeneratorProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const [prompt, setPrompt] = useState('');
  const [made, setMade] = useState<{ readonly answer: Generated; readonly before: string }>();
  const action = useAction(async () => {
    setMade(undefined);
    const { body } = await client.call('programs.generate', { body: { prompt, language, execute: false } });
    setMade({ answer: body, before: code });
    generated(body.code);
  });
  const undo = () => {
    if (made) setCode(made.before);
    setMade(undefined);
  };
  const instead = action.error instanceof StrongroomError ? action.error.text : undefined;
  return (
    <details class="card">
      <summary>{words.generate}</summary>
      <Form action={action} submit={action.busy ? words.generating : words.generateIt}>
        <Area
          label={words.prompt}
          hint={words.promptHint}
          required
          rows={3}
          value={prompt}
          change={setPrompt}
        />
      </Form>
      {instead && <Written title={words.instead} text={instead} />}
      {made && <Answer answer={made.answer} undo={undo} />}
    </details>
  );
}

function Answer({ answer, undo }: { readonly answer: Generated; readonly undo: () => void }) {
  const words = useWords(dictionary);
  const { number } = useFormats();
  const { explanation, model, usage } = answer;
  const { inputTokens, outputTokens } = usage;
  const isCounted = inputTokens !== null && outputTokens !== null;
  const by = isCounted
    ? fill(words.byCounted, { model, input: number(inputTokens), output: number(outputTokens) })
    : fill(words.by, { model });
  return (
    <div class="answer">
      <p role="status">{words.generated}</p>
      {explanation && <p class="prose">{explanation}</p>}
      <p class="note">{by}</p>
      <p class="actions">
        <button type="button" onClick={undo}>
          {words.undo}
        </button>
      </p>
    </div>
  );
}
