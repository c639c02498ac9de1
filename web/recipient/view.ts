import type { MessageErrorCode } from '../../client/message-crypto/index.ts';
import { type Child, el } from '../shared/dom.ts';
import { facts } from './facts.ts';
import { form, keyField, passwordField } from './fields.ts';
import { type MessageActions, messageView } from './message.ts';
import type { State, StateAt } from './state.ts';
import { type Language, languages, type Words } from './words.ts';

export type Actions = MessageActions & {
  /** @param typed the password, or the link if that is needed */
  submit(typed: string): void;
};

/** Renders a state. Its heading comes first and takes the focus. */
export function view(state: State, language: Language, actions: Actions): Child[] {
  const { words } = languages[language];
  switch (state.step) {
    case 'checking':
    case 'opening':
      return [heading(words[state.step]), el('div', { class: 'busy', 'aria-hidden': 'true' })];
    case 'ready':
      return ready(state, language, actions);
    case 'locked':
      return locked(state, words, actions);
    case 'open':
      return [heading(words.opened), ...messageView(state, language, actions)];
    case 'trouble': {
      const retry = form(undefined, words.tryAgain, state.retry);
      return [heading(words[state.kind]), el('p', {}, words[`${state.kind}Lead`]), retry];
    }
    case 'failed': {
      const word = failureOf(state.code);
      return [heading(words[word]), el('p', {}, words[`${word}Lead`])];
    }
    default:
      return [heading(words[state.step]), el('p', {}, words[`${state.step}Lead`])];
  }
}

function heading(text: string): HTMLElement {
  return el('h1', { tabindex: '-1' }, text);
}

function failureOf(code: MessageErrorCode): 'wrongKey' | 'newer' | 'damaged' {
  if (code === 'WRONG_KEY') return 'wrongKey';
  return code === 'UNSUPPORTED_FORMAT' ? 'newer' : 'damaged';
}

function ready(
  { info, needs, isRejected }: StateAt<'ready'>,
  language: Language,
  { submit }: Actions,
): Child[] {
  const { words } = languages[language];
  const common = [
    facts(info, language),
    info.remaining === 1 && el('p', { class: 'warning' }, words.onceWarning),
  ];
  const privacy = el('p', { class: 'note' }, words.privacy);
  if (needs === 'key') {
    const field = keyField(words, isRejected && words.keyWrong);
    const lead = el('p', {}, words.keyMissingLead);
    return [heading(words.keyMissing), lead, form(field, words.continue, submit), ...common, privacy];
  }
  const field =
    needs === 'password' && passwordField(words, isRejected && words.passwordNeeded, words.passwordHint);
  const lead = el('p', {}, words.readyLead);
  return [heading(words.ready), lead, ...common, form(field, words.open, submit), privacy];
}

function locked({ reason, fetched, info }: StateAt<'locked'>, words: Words, { submit }: Actions): Child[] {
  const warning =
    fetched.remaining === 0
      ? el('p', { class: 'warning' }, words.lockedLast)
      : el('p', { class: 'note' }, words.lockedMore);
  if (reason === 'resources') {
    return [
      heading(words.resources),
      el('p', {}, words.lockedLead),
      warning,
      form([], words.tryAgain, submit),
    ];
  }
  const isWrong = reason === 'WRONG_PASSWORD';
  const hint = isWrong && info.format === 1 ? words.legacyDoubt : words.passwordHint;
  const field = passwordField(words, isWrong ? words.locked : undefined, hint);
  return [
    heading(isWrong ? words.locked : words.lockedNew),
    el('p', {}, words.lockedLead),
    warning,
    form(field, words.tryAgain, submit),
  ];
}
