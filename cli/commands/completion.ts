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

/** What may follow a word of a command. */
function followers(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const followers = new Map<string, Set<string>>();
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ');
    followers.set('', (followers.get('') ?? new Set()).add(first));
    if (second) followers.set(first, (followers.get(first) ?? new Set()).add(second));
  }
  return new Map([...followers].map(([word, next]) => [word, [...next]]));
}

const bash = (commands: readonly Command[]) => {
  const words = followers(commands);
  const cases = [...words]
    .filter(([word]) => word !== '')
    .map(([word, next]) => `    ${word}) words="${next.join(' ')}" ;;`);
  return [
    '_strongroom() {',
    `  local words="" previous=\${COMP_WORDS[COMP_CWORD-1]}`,
    '  case $previous in',
    `    strongroom) words="${words.get('')?.join(' ')}" ;;`,
    ...cases,
    '  esac',
    `  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    `  else COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi`,
    '}',
    'complete -o filenames -F _strongroom strongroom',
  ].join('\n');
};

const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash,
  zsh: (commands) => ['autoload -U +X bashcompinit && bashcompinit', bash(commands)].join('\n'),
  fish: (commands) =>
    commands
      .map(({ name, summary }) => {
        const [first = '', second] = name.split(' ');
        const text = `'${summary.replaceAll("'", '’')}'`;
        return second
          ? `complete -c strongroom -n '__fish_seen_subcommand_from ${first}' -a ${second} -d ${text}`
          : `complete -c strongroom -n __fish_use_subcommand -a ${first} -d ${text}`;
      })
      .join('\n'),
};
