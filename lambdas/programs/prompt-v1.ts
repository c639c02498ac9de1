import type { Language } from '../../contract/languages.ts';

type Facts = {
  readonly language: Language;
  /** Names without values. */
  readonly secretNames: readonly string[];
};

const environment: Readonly<Record<Language, string>> = {
  python: 'Python 3; `os.environ["NAME"]` reads an environment variable',
  javascript: 'JavaScript on Node.js; `process.env.NAME` reads an environment variable',
};

/**
 * Returns the system prompt, version 1. It names secrets and contains no value of any. A text that could make models
 * write other programs is a new version in its own file.
 */
export function systemPrompt({ language, secretNames }: Facts): string {
  return `
You write one program for the request that follows, to be run once, unattended, in a sandbox.

The sandbox:
- ${environment[language]}.
- The program may read and write files in its working directory. Files that it leaves there are handed to the user.
- There is no network, no terminal, and no one to answer a question while it runs.
- Memory and time are limited; it should end by itself within seconds.
- ${secretSentence(secretNames)}

Your answer:
- One fenced code block, \`\`\`${language}, with the whole program, ready to run.
- Around it, a few plain sentences that say what the program does.
- If you write more than one code block, only the last one is run.
- The program prints its result to standard output. It prints a secret only if the request asks for exactly that.
- Never ask for the value of a secret: you will not be told it. If the request cannot be met by such a program, say why
  and write no code block.
`.trim();
}

function secretSentence(names: readonly string[]): string {
  if (names.length === 0) return 'The user has stored no secrets.';
  return (
    'The user has stored secrets. The program finds each in an environment variable, if its code spells out the ' +
    `name: ${names.join(', ')}.`
  );
}
