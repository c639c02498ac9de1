/** The languages that the pages speak, by their tags, as each calls itself. */
export const languageNames = { en: 'English', es: 'Español' } as const;

export type Language = keyof typeof languageNames;

/** The first language of the browser that the pages have, else English. */
export function preferred(wanted: readonly string[]): Language {
  const tags = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  const found = tags.find((tag): tag is Language => Object.hasOwn(languageNames, tag));
  return found ?? 'en';
}

/** The browser's own variety of the language, so that dates look as its user knows them. */
export function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
}

/** Puts values where a sentence names them in braces. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
