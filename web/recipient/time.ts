import { type Language, localeOf } from '../shared/language.ts';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Returns a duration in its two largest units, such as "2 days 3 hours", or an empty string once it is over. */
export function timeLeft(milliseconds: number, language: Language): string {
  let seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const largest = units.findIndex(([, size]) => seconds >= size);
  if (largest < 0) return '';
  const parts: string[] = [];
  for (const [unit, size] of units.slice(largest, largest + 2)) {
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
