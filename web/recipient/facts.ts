import type { MessageInfo } from '../../client/messages.ts';
import { type Child, el } from '../shared/dom.ts';
import { moment, timeLeft } from './time.ts';
import { fill, type Language, languages, plural } from './words.ts';

/** Lists what the server says about a message before it is opened. */
export function facts(
  { name, createdAt, expiresAt, remaining }: MessageInfo,
  language: Language,
): HTMLElement {
  const { words } = languages[language];
  return el(
    'dl',
    {},
    name !== undefined && fact(words.name, el('bdi', {}, name)),
    fact(words.sent, el('time', { datetime: createdAt }, moment(createdAt, language))),
    fact(words.expires, expiry(expiresAt, language)),
    fact(words.accesses, accesses(remaining, language)),
  );
}

function fact(term: string, description: Child): Child {
  return el('div', {}, el('dt', {}, term), el('dd', {}, description));
}

function expiry(expiresAt: string | null, language: Language): Child {
  if (expiresAt === null) return languages[language].words.never;
  const time = el('time', { datetime: expiresAt }, moment(expiresAt, language));
  return [time, ' ', countdown(expiresAt, language)];
}

/** Returns an element that `tick` updates every second. A screen reader announces it only when it is reached. */
export function countdown(expiresAt: string | null, language: Language): HTMLElement | undefined {
  if (expiresAt === null) return undefined;
  const element = el('span', { class: 'left', role: 'timer', 'data-until': expiresAt });
  update(element, language);
  return element;
}

/** Updates every countdown on the page and returns whether one of them has expired. */
export function tick(language: Language): boolean {
  const countdowns = [...document.querySelectorAll<HTMLElement>('[data-until]')];
  return countdowns.map((element) => update(element, language)).some((isExpired) => isExpired);
}

function update(element: HTMLElement, language: Language): boolean {
  const { words } = languages[language];
  const time = timeLeft(Date.parse(element.dataset.until ?? '') - Date.now(), language);
  const text = time === '' ? words.expired : fill(words.left, { time });
  if (element.textContent !== text) element.textContent = text;
  return time === '';
}

function accesses(remaining: number | null, language: Language): string {
  const { words } = languages[language];
  return remaining === null ? words.unlimited : plural(words, 'accesses', remaining, language);
}
