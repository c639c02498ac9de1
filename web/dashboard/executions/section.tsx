import { useState } from 'preact/hooks';
import { runProgram } from '../../../client/executions.ts';
import { type Language, languageIds, languages } from '../../../contract/languages.ts';
import { useClient } from '../api.ts';
import { useWords } from '../language.tsx';
import { Area, Choice } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Generator } from './generator.tsx';
import { ExecutionResult } from './result.tsx';
import { type SecretChoice, secretsFor } from './secrets.ts';
import { useExecution } from './use-execution.ts';
import { dictionary } from './words.ts';

export default function Executions() {
  const words = useWords(dictionary);
  const client = useClient();
  const [language, setLanguage] = useState<Language>('python');
  const [code, setCode] = useState('print("Hello, world")\n');
  const [secrets, setSecrets] = useState<SecretChoice>('all');
  const [stdin, setStdin] = useState('');
  const { action, stop, output, result } = useExecution(async (followed) => {
    const program = { language, code, stdin, secrets: await secretsFor(client, secrets, code) };
    return runProgram(client, program, followed);
  });
  const generated = (program: string) => {
    setCode(program);
    setSecrets('named');
  };
  return (
    <>
      <Heading title={words.title} lead={words.lead} />
      <Generator language={language} code={code} setCode={setCode} generated={generated} />
      <Form
        class="card"
        action={action}
        submit={words.run}
        buttons={
          stop && (
            <button type="button" onClick={stop}>
              {words.stop}
            </button>
          )
        }
      >
        <div class="columns">
          <Choice
            label={words.language}
            value={language}
            change={setLanguage}
            options={languageIds.map((id) => [id, languages[id].label] as const)}
          />
          <Choice
            label={words.secrets}
            value={secrets}
            change={setSecrets}
            options={(['all', 'named', 'none'] as const).map((each) => [each, words[each]])}
          />
        </div>
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
      {(action.busy || result) && <ExecutionResult output={output} result={result} />}
    </>
  );
}
