import { type Language, localeOf } from '../shared/language.ts';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** What is left, in the two largest units that say something: "2 days 3 hours". Empty where nothing is. */
export function left(milliseconds: number, language: Language): string {
  let seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '';
  const parts: string[] = [];
  for (const [unit, size] of units.slice(first, first + 2)) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    const format = new Intl.NumberFormat(localeOf(language), { style: 'unit', unit, unitDisplay: 'long' });
    if (count > 0) parts.push(format.format(count));
  }
  return parts.join(' ');
}

export function moment(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'long', timeStyle: 'short' }).format(
    new Date(iso),
  );
}
