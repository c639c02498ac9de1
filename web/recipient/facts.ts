import type { MessageInfo } from '../../client/messages.ts';
import { type Child, el } from '../shared/dom.ts';
import { left, moment } from './time.ts';
import { fill, type Language, languages, type Words } from './words.ts';

/** What is known of a message before it is opened. */
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
    fact(words.accesses, accesses(remaining, words)),
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

/** Brought up to date each second by `tick`. A screen reader reads it when it is come to, and not each second. */
export function countdown(expiresAt: string | null, language: Language): HTMLElement | undefined {
  if (expiresAt === null) return undefined;
  const element = el('span', { class: 'left', role: 'timer', 'data-until': expiresAt });
  show(element, language);
  return element;
}

/** @returns whether something that was shown has expired */
export function tick(language: Language): boolean {
  const all = [...document.querySelectorAll<HTMLElement>('[data-until]')];
  return all.map((element) => show(element, language)).some((isOver) => isOver);
}

function show(element: HTMLElement, language: Language): boolean {
  const { words } = languages[language];
  const time = left(Date.parse(element.dataset.until ?? '') - Date.now(), language);
  const text = time === '' ? words.expired : fill(words.left, { time });
  if (element.textContent !== text) element.textContent = text;
  return time === '';
}

function accesses(remaining: number | null, words: Words): string {
  if (remaining === null) return words.unlimited;
  return remaining === 1 ? words.once : fill(words.times, { count: String(remaining) });
}
