/** The languages of the pages: each tag with the language's own name for itself. */
export const languageNames = { en: 'English', es: 'Español' } as const;

export type Language = keyof typeof languageNames;

/** Returns the first of the browser's languages that the pages support, or English. */
export function preferred(wanted: readonly string[]): Language {
  const tags = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  const supported = tags.find((tag): tag is Language => Object.hasOwn(languageNames, tag));
  return supported ?? 'en';
}

/** Returns the browser's own variety of the language, so that dates look familiar to the user. */
export function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
}

/** Replaces each `{name}` in a sentence with its value. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

type PluralForms<Name extends string> = Readonly<Record<`${Name}_one` | `${Name}_other`, string>>;

/** Returns the sentence `<name>_one` or `<name>_other`, by the language's plural rule, with `{count}` filled in. */
export function plural<Name extends string>(
  words: PluralForms<Name>,
  name: Name,
  count: number,
  language: Language,
): string {
  const locale = localeOf(language);
  const form = new Intl.PluralRules(locale).select(count) === 'one' ? 'one' : 'other';
  return fill(words[`${name}_${form}`], { count: new Intl.NumberFormat(locale).format(count) });
}
