import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Language, languageNames, localeOf } from '../shared/language.ts';

export { fill, plural } from '../shared/language.ts';

type LanguageChoice = { readonly language: Language; readonly choose: (language: Language) => void };

export const LanguageContext = createContext<LanguageChoice>({ language: 'en', choose: () => undefined });

/** One text in every language. */
export type Text = Readonly<Record<Language, string>>;

/** The texts of a section in every language, `{ en, es }`, with the same names in each. */
export type Dictionary<Name extends string> = Readonly<Record<Language, Readonly<Record<Name, string>>>>;

export function useLanguage(): Language {
  return useContext(LanguageContext).language;
}

export function useWords<Name extends string>(dictionary: Dictionary<Name>): Readonly<Record<Name, string>> {
  return dictionary[useLanguage()];
}

/** Returns functions that format dates, sizes and counts for the language. */
export function useFormats() {
  const locale = localeOf(useLanguage());
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return {
    locale,
    moment: (iso: string) => date.format(new Date(iso)),
    number: (value: number) => number.format(value),
    /** In powers of 1024, as in the API. */
    bytes(count: number) {
      const power = Math.min(4, Math.floor(Math.log2(Math.max(1, count)) / 10));
      return `${number.format(count / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
    },
  };
}

export function LanguageSwitch() {
  const { language, choose } = useContext(LanguageContext);
  return (
    <fieldset class="languages" aria-label={language === 'es' ? 'Idioma' : 'Language'}>
      {(Object.keys(languageNames) as Language[]).map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={code === language}
          onClick={() => choose(code)}
        >
          {languageNames[code]}
        </button>
      ))}
    </fieldset>
  );
}
