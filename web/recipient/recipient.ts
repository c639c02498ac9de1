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
import { primitives, unsupportedReason } from './primitives.ts';
import type { Needs, State, StateAt } from './state.ts';
import { view } from './view.ts';
import { type Language, languages, preferred } from './words.ts';

const { baseUrl, messageId } = parseMessageLink(location.href);
const client = new StrongroomClient({ baseUrl });

let language: Language = preferred(navigator.languages);
let state: State = { step: 'checking' };
/** The key, or the password of format 1: from after the `#`, or as the recipient typed it. */
let fragment = '';
let password = '';
/** Identifies the current access. It stays the same until the response arrives, so a retry is not counted twice. */
let nonce = newNonce(primitives);
/** Leaving now would lose content that cannot be fetched again. */
let isAtRisk = false;

function go(next: State): void {
  state = next;
  render();
  const target = document.querySelector<HTMLElement>(`[aria-invalid]`) ?? document.querySelector('h1');
  target?.focus();
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
  saved() {
    isAtRisk = false;
  },
  clear() {
    isAtRisk = false;
    go({ step: 'cleared' });
  },
  submit(typed: string) {
    if (state.step === 'ready') submitReady(state, typed);
    else if (state.step === 'locked') {
      if (typed !== '') password = typed;
      unlock(state.info, state.fetched);
    }
  },
};

/** Gets the message's status, which uses up no access. The recipient then decides whether to open it. */
async function check(): Promise<void> {
  go({ step: 'checking' });
  try {
    const info = await lookAtMessage(client, messageId);
    go({ step: 'ready', info, needs: neededFor(info) });
  } catch (error) {
    go(failureState(error, check));
  }
}

function neededFor({ format }: MessageInfo): Needs {
  try {
    return asksPassword(primitives, format, fragment) ? 'password' : 'nothing';
  } catch {
    return 'key';
  }
}

function submitReady({ info, needs }: StateAt<'ready'>, typed: string): void {
  if (needs === 'key') {
    fragment = typed.trim().replace(/^.*#/, '');
    const next = neededFor(info);
    go({ step: 'ready', info, needs: next, ...(next === 'key' && { isRejected: true }) });
  } else if (needs === 'password' && typed === '') {
    go({ step: 'ready', info, needs, isRejected: true });
  } else {
    password = typed;
    open(info);
  }
}

/** Opens the message: the only request that counts as an access. */
async function open(info: MessageInfo): Promise<void> {
  go({ step: 'opening' });
  try {
    const fetched = await fetchMessage(client, messageId, nonce);
    isAtRisk = fetched.remaining === 0;
    await unlock(info, fetched);
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'NONCE_SPENT') {
      nonce = newNonce(primitives);
      return check();
    }
    go(failureState(error, () => open(info), 'lost'));
  }
}

async function unlock(info: MessageInfo, fetched: FetchedMessage): Promise<void> {
  go({ step: 'opening' });
  // Lets the browser paint first: it paints nothing while Argon2id runs.
  await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    const content = await openSealed(primitives, fetched.encryptedContent, { fragment, password });
    go({ step: 'open', info, content, remaining: fetched.remaining });
    // The key is of no more use, so it need not stay in the browser's history.
    if (fetched.remaining === 0) history.replaceState(null, '', location.pathname);
  } catch (error) {
    const reason = error instanceof MessageError ? error.code : 'resources';
    if (reason === 'WRONG_PASSWORD' || reason === 'PASSWORD_REQUIRED' || reason === 'resources') {
      return go({ step: 'locked', info, fetched, reason });
    }
    isAtRisk = false;
    go({ step: 'failed', code: reason });
  }
}

function failureState(
  error: unknown,
  retry: () => void,
  withoutResponse: 'lost' | 'trouble' = 'trouble',
): State {
  if (!(error instanceof StrongroomError)) throw error;
  if (error.status === 404) return { step: 'gone' };
  if (error.status === 429) return { step: 'trouble', kind: 'busy', retry };
  return { step: 'trouble', kind: mayBeLost(error) ? withoutResponse : 'trouble', retry };
}

/** Reads the key again if the address changes before the message is opened. */
function followFragment(): void {
  if (state.step !== 'ready') return;
  fragment = location.hash.slice(1);
  go({ ...state, needs: neededFor(state.info) });
}

let hasExpired = false;
setInterval(() => {
  if (!tick(language) || hasExpired || state.step !== 'ready') return;
  // This browser's clock may be wrong, so ask the server, once.
  hasExpired = true;
  check();
}, 1_000);

addEventListener('hashchange', followFragment);
addEventListener('beforeunload', (event) => {
  if (isAtRisk) event.preventDefault();
});

fragment = location.hash.slice(1);
render();
const unsupported = await unsupportedReason();
if (unsupported) go({ step: unsupported });
else await check();
