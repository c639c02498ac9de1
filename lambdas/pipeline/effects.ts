import type { ErrorCode } from '../../contract/errors.ts';
import type { Write } from '../../platform/table.ts';

/** What an operation adds to its audit entry, beside the facts of every request: who, when, from where. */
export type AuditNote = {
  /** The resource that the request is for, such as `secrets/DATABASE_URL`; never a value. */
  readonly resource: string;
  readonly outcome?: 'success' | 'refused';
  /** The account of a caller who is not signed in, as at a sign-in. */
  readonly actor?: { readonly userId: string; readonly orgId: string; readonly email?: string };
  /** The owner of the resource, if another user than the caller: the entry goes to the owner's part of the log. */
  readonly owner?: { readonly userId: string; readonly orgId: string };
};

/**
 * A write that an operation returns. If its condition fails, the request is refused with `onConflict`. Without one the
 * operation runs again on the current state.
 */
export type Effect = Write & { readonly onConflict?: ErrorCode };

/** What an operation returns beside its response: writes that are committed with it, all or nothing. */
export type Effects = {
  readonly writes?: readonly Effect[];
  readonly audit?: AuditNote;
};
