import { type Child, el } from '../shared/dom.ts';
import { countdown } from './facts.ts';
import type { StateAt } from './state.ts';
import { type Language, languages, plural } from './words.ts';

export type MessageActions = {
  /** Tells a screen reader. */
  announce(text: string): void;
  /** The recipient has saved the content, so leaving the page loses nothing. */
  saved(): void;
  clear(): void;
};

/** Shows the content, buttons to save or clear it, and whether the server still has the message. */
export function messageView(state: StateAt<'open'>, language: Language, actions: MessageActions): Child[] {
  const { words } = languages[language];
  const { content, info, remaining } = state;
  const expiry = remaining === 0 ? undefined : countdown(info.expiresAt, language);
  return [
    info.name !== undefined && el('p', { class: 'note' }, `${words.name}: `, el('bdi', {}, info.name)),
    el('pre', { tabindex: '0', role: 'region', 'aria-label': words.message, dir: 'auto' }, content),
    el(
      'p',
      { class: 'actions' },
      action('primary', words.copy, async (button) => {
        const copied = await navigator.clipboard.writeText(content).then(
          () => true,
          () => false,
        );
        if (copied) actions.saved();
        confirm(actions, button, words.copy, copied ? words.copied : words.copyFailed);
      }),
      action('', words.download, (button) => {
        download(content);
        actions.saved();
        confirm(actions, button, words.download, words.downloaded);
      }),
      action('', words.clear, actions.clear),
    ),
    el('p', { class: remaining === 0 ? 'warning' : 'note' }, remainingText(remaining, language)),
    expiry && el('p', { class: 'note' }, `${words.expires} `, expiry),
  ];
}

function remainingText(remaining: number | null, language: Language): string {
  const { words } = languages[language];
  if (remaining === null) return words.remainingUnlimited;
  return remaining === 0 ? words.burnt : plural(words, 'remaining', remaining, language);
}

function action(kind: string, text: string, act: (button: HTMLElement) => void): HTMLElement {
  const button = el('button', { type: 'button', class: kind }, text);
  button.addEventListener('click', () => act(button));
  return button;
}

/** Shows the outcome in the button for a moment and announces it. */
function confirm({ announce }: MessageActions, button: HTMLElement, label: string, outcome: string): void {
  announce(outcome);
  button.textContent = outcome;
  setTimeout(() => {
    button.textContent = label;
  }, 2_500);
}

function download(content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain;charset=utf-8' }));
  el('a', { href: url, download: 'message.txt' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
