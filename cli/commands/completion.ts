import { type Command, UsageError } from '../command.ts';

/** @param all known only after this one is among them */
export function completion(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    args: 'bash|zsh|fish',
    summary: 'Print what completes commands in a shell',
    example: 'source <(strongroom completion bash)',
    arity: [1, 1],
    anonymous: true,
    async run({ args: [shell = ''], terminal }) {
      const script = scripts[shell];
      if (!script) throw new UsageError('bash, zsh or fish');
      terminal.print(script(all()));
      return 0;
    },
  };
}

/** What may follow the words of a command that are there already. */
function followers(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const followers = new Map<string, Set<string>>();
  for (const { name } of commands) {
    const words = name.split(' ');
    for (const [position, word] of words.entries()) {
      const before = words.slice(0, position).join(' ');
      followers.set(before, (followers.get(before) ?? new Set()).add(word));
    }
  }
  return new Map([...followers].map(([before, next]) => [before, [...next]]));
}

const bash = (commands: readonly Command[]) =>
  [
    '_strongroom() {',
    `  local words="" before="\${COMP_WORDS[*]:1:COMP_CWORD-1}"`,
    '  case $before in',
    ...[...followers(commands)].map(([before, next]) => `    "${before}") words="${next.join(' ')}" ;;`),
    '  esac',
    `  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    `  else COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi`,
    '}',
    'complete -o filenames -F _strongroom strongroom',
  ].join('\n');

const fish = (commands: readonly Command[]) => {
  const summaries = new Map(commands.map(({ name, summary }) => [name, summary.replaceAll("'", '’')]));
  const lines = [...followers(commands)].flatMap(([before, next]) =>
    next.map((word) => {
      const text = summaries.get(before ? `${before} ${word}` : word);
      const description = text ? ` -d '${text}'` : '';
      return `complete -c strongroom -n '__strongroom_after "${before}"' -a ${word}${description}`;
    }),
  );
  return [
    'function __strongroom_after',
    '  set -l words (commandline -opc)',
    '  test "$words[2..-1]" = "$argv"',
    'end',
    ...lines,
  ].join('\n');
};

const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash,
  zsh: (commands) => ['autoload -U +X bashcompinit && bashcompinit', bash(commands)].join('\n'),
  fish,
};
