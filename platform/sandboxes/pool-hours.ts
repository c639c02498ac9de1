/** When a pool keeps no sandbox ready: `20:00-07:00 Europe/Berlin`. Without a zone, the times are UTC. */
export const offHoursForm = /^(\d\d):(\d\d)-(\d\d):(\d\d)(?: ([A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*))?$/;

/** Returns why a text does not name off hours, or `undefined` if it does. */
export function offHoursFault(text: string): string | undefined {
  const [, fromHour, fromMinute, toHour, toMinute, zone] = offHoursForm.exec(text) ?? [];
  const validHours = [fromHour, toHour].every((hour) => Number(hour) < 24);
  if (!validHours || ![fromMinute, toMinute].every((minute) => Number(minute) < 60)) {
    return 'must be hours such as 20:00-07:00, or 20:00-07:00 Europe/Berlin';
  }
  if (`${fromHour}${fromMinute}` === `${toHour}${toMinute}`) return 'must not start and end at the same time';
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone ?? 'UTC' });
    return undefined;
  } catch {
    return `has an unknown time zone: ${zone}`;
  }
}

/** Whether `now` is in the off hours. They include the first minute and exclude the last. */
export function isOffHours(text: string | undefined, now: Date): boolean {
  const [, fromHour, fromMinute, toHour, toMinute, zone = 'UTC'] = offHoursForm.exec(text ?? '') ?? [];
  if (fromHour === undefined) return false;
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
  const [from, to] = [`${fromHour}:${fromMinute}`, `${toHour}:${toMinute}`];
  return from < to ? time >= from && time < to : time >= from || time < to;
}
