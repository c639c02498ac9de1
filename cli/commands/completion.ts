import { type Command, command, type Entry } from '../command.ts';
import { type Shell, shells } from '../completion.ts';

/** @param entries are read later, because they include this command */
export function completion(entries: () => readonly Entry[]): readonly [Command] {
  return [
    command({
      name: 'completion',
      args: { '<shell>': { help: 'your shell', choices: Object.keys(shells) } },
      summary: 'Print a shell completion script',
      examples: [
        'source <(strongroom completion bash)',
        'source <(strongroom completion zsh)',
        'strongroom completion fish | source',
      ],
      anonymous: true,
      async run({ args: [shell], terminal }) {
        terminal.print(shells[shell as Shell](entries()));
      },
    }),
  ];
}
