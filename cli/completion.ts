import { commonOptions, type Entry } from './command.ts';
import type { Options } from './options.ts';

export type Shell = keyof typeof shells;

/** Returns the completion script of each shell. */
export const shells = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** What can follow a command, or the words that begin several. */
type Place = {
  /** ` admin users`, with a space before each word; the empty string for the program itself. */
  readonly path: string;
  /** Words that can follow, with their summaries. */
  readonly words: ReadonlyMap<string, string>;
  readonly options: Options;
};

/** A first argument with choices is a place of its own, like a command. */
function placesOf(entries: readonly Entry[]): readonly Place[] {
  const commands = entries.flatMap(({ name, summary, ...entry }) => {
    const path = ` ${name}`;
    if (!('run' in entry) || !entry.run)
      return [{ path, words: new Map<string, string>(), options: {}, summary }];
    const [argument] = Object.values(entry.args ?? {});
    const choices = typeof argument === 'object' ? argument.choices : [];
    const options = { ...entry.options, ...commonOptions };
    const words = new Map(choices.map((choice) => [choice, '']));
    const chosen = choices.map((choice) => ({
      path: `${path} ${choice}`,
      words: new Map(),
      options,
      summary: '',
    }));
    return [{ path, words, options, summary }, ...chosen];
  });
  const places = [{ path: '', words: new Map<string, string>(), options: {}, summary: '' }, ...commands];
  for (const { path, summary } of commands) {
    const at = path.lastIndexOf(' ');
    places.find((place) => place.path === path.slice(0, at))?.words.set(path.slice(at + 1), summary);
  }
  return places;
}

function bashScript(entries: readonly Entry[]): string {
  const places = placesOf(entries);
  const cases = places.map(({ path, words, options }) => {
    const names = Object.entries(options);
    const valued = names.filter(([, { value }]) => value !== undefined);
    return (
      `    '${path}') words='${[...words.keys()].join(' ')}' options='${flagList(names.map(([name]) => name))}' ` +
      `valued='${valued.map(([name]) => `--${name}`).join(' ')}' ;;`
    );
  });
  const choices = places.flatMap(({ path, options }) =>
    Object.entries(options)
      .filter(([, option]) => (option.choices ?? []).length > 0)
      .map(([name, option]) => `    '${path} --${name}') choices='${option.choices?.join(' ')}' ;;`),
  );
  const paths = places.slice(1).map(({ path }) => `'${path}'`);
  return `_strongroom() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path= words= options= valued= choices= each
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $each" in
      ${paths.join('|')}) path="$path $each" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$path $previous" in
${choices.join('\n')}
  esac
  if [ -n "$choices" ]; then COMPREPLY=($(compgen -W "$choices" -- "$word"))
  elif [ -n "$valued" ] && [[ " $valued " == *" $previous "* ]]; then COMPREPLY=($(compgen -f -- "$word"))
  elif [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _strongroom strongroom`;
}

function zshScript(entries: readonly Entry[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(entries)}`;
}

function fishScript(entries: readonly Entry[]): string {
  const places = placesOf(entries);
  const lines = places.flatMap(({ path, words, options }) => {
    const at = `complete -c strongroom -n '__strongroom_at "${path}"'`;
    const next = [...words].map(([word, summary]) => `${at} -f -a ${word} -d ${quoted(summary)}`);
    const named = Object.entries(options).map(([name, { value, help, choices = [] }]) => {
      const takes = value === undefined ? '' : choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : ' -r';
      return `${at} -l ${name}${takes} -d ${quoted(help)}`;
    });
    return [...next, ...named, `${at} -l help -d 'show help'`];
  });
  const paths = places.slice(1).map(({ path }) => `'${path}'`);
  return `function __strongroom_at
  set -l path ''
  set -l words (commandline -opc)
  for each in $words[2..-1]
    switch "$path $each"
      case ${paths.join(' ')}
        set path "$path $each"
    end
  end
  test "$path" = "$argv"
end
${lines.join('\n')}
complete -c strongroom -n '__strongroom_at ""' -l version -d 'show the version'`;
}

const flagList = (names: readonly string[]) => [...names, 'help'].map((name) => `--${name}`).join(' ');

/** Quotes a text for fish, where only \\ and ' are special between single quotes. */
const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, (special) => `\\${special}`)}'`;
