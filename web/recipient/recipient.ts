import { StrongroomClient, StrongroomError } from '../../client/index.ts';
import { asksPassword, MessageError, openSealed } from '../../client/message-crypto/index.ts';
import { parseMessageLink } from '../../client/message-link.ts';
import {
  type FetchedMessage,
  fetchMessage,
  lookAtMessage,
  type MessageInfo,
  mayBeLost,
  newNonce,
} from '../../client/messages.ts';
import { byId, el } from '../shared/dom.ts';
import { tick } from './facts.ts';
import { fieldId } from './fields.ts';
import { primitives, shortcoming } from './primitives.ts';
import type { State } from './state.ts';
import { view } from './view.ts';
import { type Language, languages, preferred } from './words.ts';

const { baseUrl, messageId } = parseMessageLink(location.href);
const client = new StrongroomClient({ baseUrl });

let language: Language = preferred(navigator.languages);
let state: State = { step: 'looking' };
/** The key, or the password of format 1: as it stands behind `#`, or as it was typed. */
let fragment = '';
let password = '';
/** Of the access that is being taken; the same for as long as its answer has not come. */
let nonce = newNonce(primitives);
/** Leaving now would lose what nobody can fetch again. */
let isAtRisk = false;

function go(next: State): void {
  state = next;
  render();
  const announced = document.querySelector<HTMLElement>(`[aria-invalid]`) ?? document.querySelector('h1');
  announced?.focus();
}

function render(): void {
  const { words } = languages[language];
  document.documentElement.lang = language;
  document.title = `${words.title} · Strongroom`;
  const typed = document.querySelector<HTMLInputElement>(`#${fieldId}`)?.value;
  byId('content').replaceChildren(el('div', { class: 'card' }, view(state, language, actions)));
  const field = document.querySelector<HTMLInputElement>(`#${fieldId}`);
  if (field && typed && state.step === 'ready') field.value = typed;
  byId('languages').setAttribute('aria-label', words.language);
  byId('languages').replaceChildren(...switches());
}

function switches(): HTMLElement[] {
  return Object.entries(languages).map(([code, { name }]) => {
    const pressed = String(code === language);
    const button = el('button', { type: 'button', lang: code, 'aria-pressed': pressed }, name);
    button.addEventListener('click', () => {
      language = code as Language;
      render();
      document.querySelector<HTMLElement>(`#languages [lang=${code}]`)?.focus();
    });
    return button;
  });
}

const actions = {
  announce(text: string) {
    byId('announcer').textContent = text;
  },
  kept() {
    isAtRisk = false;
  },
  clear() {
    isAtRisk = false;
    go({ step: 'cleared' });
  },
  submit(typed: string) {
    if (state.step === 'ready') begin(state, typed);
    else if (state.step === 'locked') {
      if (typed !== '') password = typed;
      unlock(state.info, state.fetched);
    }
  },
};

/** Asks whether it is there, which uses nothing up, and only then whether to open it. */
async function look(): Promise<void> {
  go({ step: 'looking' });
  try {
    const info = await lookAtMessage(client, messageId);
    go({ step: 'ready', info, asks: askedFor(info) });
  } catch (error) {
    go(withoutAnswer(error, look));
  }
}

function askedFor({ format }: MessageInfo): 'nothing' | 'password' | 'key' {
  try {
    return asksPassword(primitives, format, fragment) ? 'password' : 'nothing';
  } catch {
    return 'key';
  }
}

function begin({ info, asks }: State & { readonly step: 'ready' }, typed: string): void {
  if (asks === 'key') {
    fragment = typed.trim().replace(/^.*#/, '');
    const next = askedFor(info);
    go({ step: 'ready', info, asks: next, ...(next === 'key' && { wrong: true }) });
  } else if (asks === 'password' && typed === '') {
    go({ step: 'ready', info, asks, wrong: true });
  } else {
    password = typed;
    take(info);
  }
}

/** The one call that counts. */
async function take(info: MessageInfo): Promise<void> {
  go({ step: 'opening' });
  try {
    const fetched = await fetchMessage(client, messageId, nonce);
    isAtRisk = fetched.remaining === 0;
    await unlock(info, fetched);
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'NONCE_SPENT') {
      nonce = newNonce(primitives);
      return look();
    }
    go(withoutAnswer(error, () => take(info), 'lost'));
  }
}

async function unlock(info: MessageInfo, fetched: FetchedMessage): Promise<void> {
  go({ step: 'opening' });
  // Lets the browser show it: for as long as Argon2id runs, it shows nothing new.
  await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    const content = await openSealed(primitives, fetched.encryptedContent, { fragment, password });
    go({ step: 'open', info, content, remaining: fetched.remaining });
    // Of no more use, so it need not stay in the browser's history.
    if (fetched.remaining === 0) history.replaceState(null, '', location.pathname);
  } catch (error) {
    const why = error instanceof MessageError ? error.code : 'resources';
    if (why === 'WRONG_PASSWORD' || why === 'PASSWORD_REQUIRED' || why === 'resources') {
      return go({ step: 'locked', info, fetched, why });
    }
    isAtRisk = false;
    go({ step: 'failed', code: why });
  }
}

function withoutAnswer(error: unknown, again: () => void, unsure: 'lost' | 'trouble' = 'trouble'): State {
  if (!(error instanceof StrongroomError)) throw error;
  if (error.status === 404) return { step: 'gone' };
  if (error.status === 429) return { step: 'trouble', kind: 'busy', again };
  return { step: 'trouble', kind: mayBeLost(error) ? unsure : 'trouble', again };
}

/** Whether another link was put into the address of this page, before anything was opened. */
function followFragment(): void {
  if (state.step !== 'ready') return;
  fragment = location.hash.slice(1);
  go({ ...state, asks: askedFor(state.info) });
}

let hasExpired = false;
setInterval(() => {
  if (!tick(language) || hasExpired || state.step !== 'ready') return;
  // By this browser's clock: the server knows better, and is asked once.
  hasExpired = true;
  look();
}, 1_000);

addEventListener('hashchange', followFragment);
addEventListener('beforeunload', (event) => {
  if (isAtRisk) event.preventDefault();
});

fragment = location.hash.slice(1);
render();
const lacking = await shortcoming();
if (lacking) go({ step: lacking });
else await look();
