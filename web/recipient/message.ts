import { type Child, el } from '../shared/dom.ts';
import { countdown } from './facts.ts';
import type { State } from './state.ts';
import { fill, type Language, languages, type Words } from './words.ts';

type Open = State & { readonly step: 'open' };

export type MessageActions = {
  announce(text: string): void;
  /** The recipient has kept the content, so that leaving loses nothing. */
  kept(): void;
  clear(): void;
};

/** The content, what can be done with it, and what is left of it elsewhere. */
export function messageView(state: Open, language: Language, actions: MessageActions): Child[] {
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
        if (copied) actions.kept();
        say(actions, button, words.copy, copied ? words.copied : words.copyFailed);
      }),
      action('', words.download, (button) => {
        download(content);
        actions.kept();
        say(actions, button, words.download, words.downloaded);
      }),
      action('', words.clear, actions.clear),
    ),
    el('p', { class: remaining === 0 ? 'warning' : 'note' }, fate(remaining, words)),
    expiry && el('p', { class: 'note' }, `${words.expires} `, expiry),
  ];
}

function fate(remaining: number | null, words: Words): string {
  if (remaining === null) return words.remainsUnlimited;
  if (remaining === 0) return words.burnt;
  return remaining === 1 ? words.remainsOnce : fill(words.remains, { count: String(remaining) });
}

function action(kind: string, text: string, act: (button: HTMLElement) => void): HTMLElement {
  const button = el('button', { type: 'button', class: kind }, text);
  button.addEventListener('click', () => act(button));
  return button;
}

/** For a moment in the button, and to who does not see it. */
function say({ announce }: MessageActions, button: HTMLElement, usual: string, text: string): void {
  announce(text);
  button.textContent = text;
  setTimeout(() => {
    button.textContent = usual;
  }, 2_500);
}

function download(content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain;charset=utf-8' }));
  el('a', { href: url, download: 'message.txt' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
