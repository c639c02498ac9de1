import { expect, test } from 'vitest';
import { isOffHours, offHoursFault } from '../../../platform/sandboxes/pool-hours.ts';

const at = (time: string, day = '2026-01-15') => new Date(`${day}T${time}:00Z`);

test.each([
  ['20:00-07:00', '19:59', false],
  ['20:00-07:00', '20:00', true],
  ['20:00-07:00', '00:00', true],
  ['20:00-07:00', '06:59', true],
  ['20:00-07:00', '07:00', false],
  ['12:30-13:00', '12:45', true],
  ['12:30-13:00', '13:00', false],
  ['20:00-07:00 Europe/Berlin', '18:59', false],
  ['20:00-07:00 Europe/Berlin', '19:00', true],
  ['20:00-07:00 America/New_York', '00:59', false],
  ['20:00-07:00 America/New_York', '01:00', true],
])('applies %s at %s UTC in January: %s', (hours, time, off) => {
  expect(isOffHours(hours, at(time))).toBe(off);
});

test('respects daylight saving time', () => {
  expect(isOffHours('20:00-07:00 Europe/Berlin', at('18:00', '2026-07-15'))).toBe(true);
});

test('is never off without hours', () => {
  expect(isOffHours(undefined, at('03:00'))).toBe(false);
});

test.each([
  '',
  '8-20',
  '25:00-07:00',
  '20:60-07:00',
  '20:00-20:00',
  '20:00-07:00 Mars/Olympus',
  '20:00-07:00 ',
])('rejects %j with a reason', (text) =>
  expect(offHoursFault(text)).toMatch(/^(must|has an unknown time zone)/),
);

test.each(['20:00-07:00', '20:00-07:00 UTC', '20:00-07:00 America/Argentina/Buenos_Aires'])(
  'accepts %j',
  (text) => expect(offHoursFault(text)).toBeUndefined(),
);
