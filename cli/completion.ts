import { commonOptions, type Entry } from './command.ts';
import { flag, type Options } from './options.ts';

export type Shell = keyof typeof shells;

/** Returns the completion script of each shell. */
export const shells = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Where the cursor is: after `strongroom`, a group, a command, or the first argument of a command. */
type Place = {
  /** Words that can follow, with their summaries. */
  readonly words: Map<string, string>;
  readonly options: Options;
};

/** Returns the places by the words that lead to them, each with a space before it: ` admin users`. */
function placesOf(entries: readonly Entry[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const add = (path: string, summary: string, options: Options) => {
    places.set(path, { words: new Map(), options });
    const at = path.lastIndexOf(' ');
    if (at >= 0) places.get(path.slice(0, at))?.words.set(path.slice(at + 1), summary);
  };
  add('', '', { version: flag('show the version') });
  for (const entry of entries) {
    const options = entry.run ? { ...entry.options, ...commonOptions } : {};
    add(` ${entry.name}`, entry.summary, options);
    const [argument] = entry.run ? Object.values(entry.args ?? {}) : [];
    if (typeof argument !== 'object') continue;
    for (const choice of argument.choices) add(` ${entry.name} ${choice}`, '', options);
  }
  return places;
}

function bashScript(entries: readonly Entry[]): string {
  const places = [...placesOf(entries)];
  const cases = places.map(([path, { words, options }]) => {
    const flags = [...Object.keys(options), 'help'].map((name) => `--${name}`);
    const valued = Object.keys(options).filter((name) => options[name]?.value !== undefined);
    return [
      `    '${path}')`,
      `      names='${[...words.keys()].join(' ')}'`,
      `      options='${flags.join(' ')}'`,
      `      valued='${valued.map((name) => `--${name}`).join(' ')}' ;;`,
    ].join('\n');
  });
  const choices = places.flatMap(([path, { options }]) =>
    Object.entries(options).flatMap(([name, { choices = [] }]) =>
      choices.length > 0 ? [`    '${path} --${name}') choices='${choices.join(' ')}' ;;`] : [],
    ),
  );
  // $path and $words are special in zsh, which runs this too.
  return `_strongroom() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local place= names= options= valued= choices= each
  for each in "\${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do
    case "$place $each" in
      ${places.flatMap(([path]) => (path ? [`'${path}'`] : [])).join('|')}) place="$place $each" ;;
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  case "$place $previous" in
${choices.join('\n')}
  esac
  if [ -n "$choices" ]; then COMPREPLY=($(compgen -W "$choices" -- "$word"))
  elif [ -n "$valued" ] && [[ " $valued " == *" $previous "* ]]; then COMPREPLY=($(compgen -f -- "$word"))
  elif [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [ -n "$names" ]; then COMPREPLY=($(compgen -W "$names" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _strongroom strongroom`;
}

function zshScript(entries: readonly Entry[]): string {
  const load = [
    '(( $+functions[compdef] )) || { autoload -U compinit && compinit }',
    'autoload -U bashcompinit && bashcompinit',
  ];
  return [...load, bashScript(entries)].join('\n');
}

function fishScript(entries: readonly Entry[]): string {
  const places = [...placesOf(entries)];
  const lines = places.flatMap(([path, { words, options }]) => {
    const at = `complete -c strongroom -n '__strongroom_at "${path}"'`;
    const next = [...words].map(([word, summary]) => `${at} -f -a ${word} -d ${quoted(summary)}`);
    const named = Object.entries(options).map(([name, { value, help, choices = [] }]) => {
      const takes = value === undefined ? '' : choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : ' -r';
      return `${at} -l ${name}${takes} -d ${quoted(help)}`;
    });
    return [...next, ...named, `${at} -l help -d 'show help'`];
  });
  return `function __strongroom_at
  set -l place ''
  set -l words (commandline -opc)
  for each in $words[2..-1]
    switch "$place $each"
      case ${places.flatMap(([path]) => (path ? [`'${path}'`] : [])).join(' ')}
        set place "$place $each"
    end
  end
  test "$place" = "$argv"
end
${lines.join('\n')}`;
}

/** Quotes a text for fish, where only backslashes and single quotes are special between single quotes. */
const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, (special) => `\\${special}`)}'`;
