import type { TokenScope } from '../../contract/scopes.ts';

/** A signed-in user, proven by a credential. */
export type UserCaller = {
  readonly kind: 'user';
  readonly userId: string;
  readonly orgId: string;
  readonly email: string | null;
  readonly role: 'member' | 'admin';
  readonly credential: { readonly kind: 'apiKey' | 'session'; readonly id: string };
};

export type AdministratorCaller = {
  readonly kind: 'administrator';
  readonly credential: { readonly kind: 'administratorKey'; readonly id: string };
};

/** A user's API token, which acts as the user within its scopes. */
export type TokenCaller = {
  readonly kind: 'token';
  readonly userId: string;
  readonly orgId: string;
  readonly email: string | null;
  readonly scopes: readonly TokenScope[];
  readonly credential: { readonly kind: 'token'; readonly id: string };
};

export type Caller = UserCaller | TokenCaller | AdministratorCaller;

/** Returns the name under which a caller owns things: audit entries, idempotency keys. */
export function ownerOf(caller: Caller | undefined): string {
  if (!caller) return 'anonymous';
  return caller.kind === 'administrator' ? 'administrator' : `user#${caller.userId}`;
}
