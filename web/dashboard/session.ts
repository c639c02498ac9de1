import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Credential, StrongroomClient, StrongroomError } from '../../client/index.ts';

export type User = {
  readonly id: string;
  readonly orgId: string;
  readonly role: 'member' | 'admin';
  readonly email: string | null;
  /** Missing for users who registered themselves: the dashboard shows their email address instead. */
  readonly name?: string;
};

export type Session = { readonly credential: Credential; readonly user: User };

/** The page and the API share a folder: `/`, or the stage of API Gateway. */
export const baseUrl = new URL('.', location.href).href;

const storageKey = 'strongroom.session';
/** The page renews a token in the last minutes of its hour, if the user is active. */
const renewBeforeMs = 10 * 60_000;
const idleAfterMs = 30 * 60_000;
const checkEveryMs = 30_000;

let session: Session | undefined = restored();
/** The session expired: its user did not sign out. */
let isExpired = false;
let lastInput = Date.now();
const listeners = new Set<() => void>();

export function currentSession(): Session | undefined {
  return session;
}

export function hasExpired(): boolean {
  return isExpired;
}

/** Returns how long ago the user last typed or clicked. */
export function idleMs(): number {
  return Date.now() - lastInput;
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Begins a session, or continues it with another credential. A token is kept in `sessionStorage`, so that a reload
 * does not ask for the password; it disappears with the tab, on sign-out, and within the hour. An API key does not
 * expire, so it stays in memory only. See docs/decisions/0056.
 */
export function beginSession(next: Session): void {
  session = next;
  isExpired = false;
  if ('token' in next.credential) sessionStorage.setItem(storageKey, JSON.stringify(next));
  else sessionStorage.removeItem(storageKey);
  notify();
}

/** @param reason after `expired`, the sign-in page says that the session has ended */
export function endSession(reason: 'signed-out' | 'expired'): void {
  session = undefined;
  isExpired = reason === 'expired';
  sessionStorage.removeItem(storageKey);
  notify();
}

function notify(): void {
  for (const listener of listeners) listener();
}

function restored(): Session | undefined {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Session | null;
    return stored && expiryOf(stored) > Date.now() ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the expiry in milliseconds since 1970, infinity for API keys. It is only used to renew a token in time: the server decides. */
function expiryOf({ credential }: Session): number {
  if (!('token' in credential)) return Number.POSITIVE_INFINITY;
  const payload = credential.token.split('.')[1] ?? '';
  const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp: number };
  return exp * 1000;
}

async function renew(): Promise<void> {
  const current = session;
  if (!current || expiryOf(current) - Date.now() > renewBeforeMs) return;
  if (Date.now() > expiryOf(current)) return endSession('expired');
  if (idleMs() > idleAfterMs) return;
  try {
    const { body } = await clientOf(current).call('auth.refresh');
    if (session === current) beginSession({ credential: { token: body.token }, user: body.user });
  } catch (error) {
    // Other errors may pass: the next check tries again until the token expires.
    if (error instanceof StrongroomError && error.status === 401) endSession('expired');
  }
}

setInterval(renew, checkEveryMs);
for (const event of ['keydown', 'pointerdown']) {
  addEventListener(event, () => {
    lastInput = Date.now();
  });
}

/** Returns a client that uses the session's credential. The session ends once the server no longer accepts it. */
export function clientOf({ credential }: Pick<Session, 'credential'>): StrongroomClient {
  return clientWith(() => credential);
}

/** Returns a client that may outlive a token: each request uses the session's current credential. */
export function clientOfSession(): StrongroomClient {
  return clientWith(() => session?.credential);
}

function clientWith(credential: () => Credential | undefined): StrongroomClient {
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

/** Ends the session after a 401 for the credential. A wrong password also yields 401, with another code. */
async function endIfRefused(response: Response): Promise<void> {
  const { code } = (await response.clone().json()) as { code?: string };
  if (code === 'UNAUTHENTICATED') endSession('expired');
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** @throws Error if no one is signed in */
export function useSession(): Session {
  const current = useContext(SessionContext);
  if (!current) throw new Error('no one is signed in');
  return current;
}
