import { UsageError } from './command.ts';

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** What `--expires` takes, for help. */
export const durationHelp = '30m, 12h, 2d';

/** When it will be after as long as `--expires` says. @throws UsageError */
export function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (!count || !unit) throw new UsageError('--expires takes a number and s, m, h or d, such as 2d');
  return new Date(Date.now() + Number(count) * units[unit as keyof typeof units] * 1000);
}
