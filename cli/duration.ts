import { type Option, parsed } from './options.ts';

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const expected = 'a number and s, m, h or d, such as 30m, 12h or 2d';

/** An option such as `--expires 2d`. Its value is the time that is as far away. */
export function expiry(help: string): Option<Date | undefined> {
  return parsed('duration', help, timeAfter, expected);
}

/** Like `expiry`, but also accepts `never`, which becomes `null`. */
export function expiryOrNever(help: string): Option<Date | null | undefined> {
  const parse = (text: string) => (text === 'never' ? null : timeAfter(text));
  return parsed('duration', help, parse, `${expected}, or never`);
}

function timeAfter(duration: string): Date | undefined {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(duration) ?? [];
  if (!count || !unit) return undefined;
  return new Date(Date.now() + Number(count) * units[unit as keyof typeof units] * 1000);
}
