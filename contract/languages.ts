type LanguageRecord = {
  readonly label: string;
  /** Extensions of program files, without the dot. */
  readonly fileExtensions: readonly string[];
  /** Names of the language after a Markdown code fence. */
  readonly fenceNames: readonly string[];
  /** The file in the working directory that the interpreter runs; null if the program is run from memory. */
  readonly programFile: string | null;
  /** What runs the program: a fork of the zygote, or Node.js, which a sandbox may lack. */
  readonly interpreter: 'zygote' | 'node';
  /** Whether programs can import the user's packages. */
  readonly usesPackages: boolean;
  /** Whether a sandbox must be able to run this language. */
  readonly required: boolean;
  /** Slots that a sandbox keeps ready: the default, and the smallest number that an operator may set. */
  readonly warmSlots: { readonly default: number; readonly min: number };
};

/** Every language that the sandbox runs. API, sandbox, CLI, pages and code generation read this table. */
export const languages = {
  python: {
    label: 'Python',
    fileExtensions: ['py'],
    fenceNames: ['python', 'python3', 'py', 'py3'],
    programFile: null,
    interpreter: 'zygote',
    usesPackages: true,
    required: true,
    warmSlots: { default: 4, min: 1 },
  },
  javascript: {
    label: 'JavaScript',
    fileExtensions: ['js', 'mjs', 'cjs'],
    fenceNames: ['javascript', 'js', 'node', 'nodejs', 'mjs'],
    programFile: 'main.js',
    interpreter: 'node',
    usesPackages: false,
    required: false,
    warmSlots: { default: 1, min: 0 },
  },
} as const satisfies Readonly<Record<string, LanguageRecord>>;

export type Language = keyof typeof languages;

export const languageIds = Object.keys(languages) as [Language, ...Language[]];

/** Returns the language of a program file by its extension, or undefined. */
export function languageOfFile(path: string): Language | undefined {
  return languageIds.find((id) =>
    languages[id].fileExtensions.some((extension) => path.endsWith(`.${extension}`)),
  );
}

export function isLanguage(id: unknown): id is Language {
  return typeof id === 'string' && Object.hasOwn(languages, id);
}

/** Returns the index of a file whose path is reserved for the program, or -1. */
export function programFileIndex(language: Language, files: readonly { readonly path: string }[]): number {
  const { programFile } = languages[language];
  return programFile === null ? -1 : files.findIndex(({ path }) => path.split('/')[0] === programFile);
}
