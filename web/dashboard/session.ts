import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Credential, StrongroomClient, StrongroomError } from '../../client/index.ts';

export type User = {
  readonly id: string;
  readonly orgId: string;
  readonly role: 'member' | 'admin';
  readonly email: string | null;
  /** Of users that an administrator made; those who registered are called by their e-mail address. */
  readonly name?: string;
};

export type Session = { readonly credential: Credential; readonly user: User };

/** The page's own folder is that of the API: `/`, or the stage of API Gateway. */
export const baseUrl = new URL('.', location.href).href;

const storageKey = 'strongroom.session';
/** A token is exchanged for a new one in the last minutes of its hour, where somebody is at work. */
const renewBeforeMs = 10 * 60_000;
const idleAfterMs = 30 * 60_000;
const checkEveryMs = 30_000;

let session: Session | undefined = restored();
/** The session ended by itself, and not because its user wanted it to. */
let ended = false;
let lastInput = Date.now();
const listeners = new Set<() => void>();

export function currentSession(): Session | undefined {
  return session;
}

export function hasExpired(): boolean {
  return ended;
}

/** For how long nobody has typed or clicked. */
export function idleMs(): number {
  return Date.now() - lastInput;
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Begins, or goes on with another credential. A token is kept in `sessionStorage`, so that a reload does not ask for
 * the password: it is gone with the tab, within the hour, and by signing out. An API key, which does not expire by
 * itself, stays in memory alone. See docs/decisions/0056.
 */
export function beginSession(next: Session): void {
  session = next;
  ended = false;
  if ('token' in next.credential) sessionStorage.setItem(storageKey, JSON.stringify(next));
  else sessionStorage.removeItem(storageKey);
  tell();
}

/** @param why `expired` is said on the page that asks to sign in again */
export function endSession(why: 'wanted' | 'expired'): void {
  session = undefined;
  ended = why === 'expired';
  sessionStorage.removeItem(storageKey);
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

function restored(): Session | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Session | null;
    return kept && expiryOf(kept) > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds since 1970; API keys have none. The server decides; this is to renew a token in time. */
function expiryOf({ credential }: Session): number {
  if (!('token' in credential)) return Number.POSITIVE_INFINITY;
  const payload = credential.token.split('.')[1] ?? '';
  const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp: number };
  return exp * 1000;
}

async function renew(): Promise<void> {
  const old = session;
  if (!old || expiryOf(old) - Date.now() > renewBeforeMs) return;
  if (Date.now() > expiryOf(old)) return endSession('expired');
  if (idleMs() > idleAfterMs) return;
  try {
    const { body } = await clientOf(old).call('auth.refresh');
    if (session === old) beginSession({ credential: { token: body.token }, user: body.user });
  } catch (error) {
    // Until it expires there is time to try again.
    if (error instanceof StrongroomError && error.status === 401) endSession('expired');
  }
}

setInterval(renew, checkEveryMs);
for (const event of ['keydown', 'pointerdown']) {
  addEventListener(event, () => {
    lastInput = Date.now();
  });
}

/** The API under the session's credential; a credential that is no longer good ends the session. */
export function clientOf({ credential }: Pick<Session, 'credential'>): StrongroomClient {
  return clientUnder(() => credential);
}

/** The same for what outlives a token: each call goes under the credential that the session has by then. */
export function clientOfSession(): StrongroomClient {
  return clientUnder(() => session?.credential);
}

function clientUnder(credential: () => Credential | undefined): StrongroomClient {
  return new StrongroomClient({
    baseUrl,
    credential,
    async fetch(input, init) {
      const used = credential();
      const response = await fetch(input, init);
      if (response.status === 401 && used && session?.credential === used) await endIfRefused(response);
      return response;
    },
  });
}

/** 401 is also the answer to a wrong password; only that to a bad credential ends the session. */
async function endIfRefused(response: Response): Promise<void> {
  const { code } = (await response.clone().json()) as { code?: string };
  if (code === 'UNAUTHENTICATED') endSession('expired');
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** @throws Error outside of what is shown to who is signed in */
export function useSession(): Session {
  const current = useContext(SessionContext);
  if (!current) throw new Error('nobody is signed in');
  return current;
}
