import { useState } from 'preact/hooks';
import { type ResponseFor, StrongroomError } from '../../../client/index.ts';
import type { Language } from '../../../contract/languages.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { Area } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { ScrollableText } from './result.tsx';
import { dictionary } from './words.ts';

type Generated = ResponseFor<'programs.generate'>['body'];

type GeneratorProps = {
  readonly language: Language;
  readonly code: string;
  readonly setCode: (code: string) => void;
  readonly generated: (code: string) => void;
};

/** Generates code with a language model. It does not run the code: the user reviews it first. */
export function Generator({ language, code, setCode, generated }: GeneratorProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const [prompt, setPrompt] = useState('');
  const [generation, setGeneration] = useState<{
    readonly result: Generated;
    readonly previousCode: string;
  }>();
  const action = useAction(async () => {
    setGeneration(undefined);
    const { body } = await client.call('programs.generate', { body: { prompt, language, execute: false } });
    setGeneration({ result: body, previousCode: code });
    generated(body.code);
  });
  const undo = () => {
    if (generation) setCode(generation.previousCode);
    setGeneration(undefined);
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
      {instead && <ScrollableText title={words.instead} text={instead} />}
      {generation && <GeneratedNote result={generation.result} undo={undo} />}
    </details>
  );
}

function GeneratedNote({ result, undo }: { readonly result: Generated; readonly undo: () => void }) {
  const words = useWords(dictionary);
  const { number } = useFormats();
  const { explanation, model, usage } = result;
  const { inputTokens, outputTokens } = usage;
  const hasUsage = inputTokens !== null && outputTokens !== null;
  const by = hasUsage
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
