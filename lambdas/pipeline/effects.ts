import type { ErrorCode } from '../../contract/errors.ts';
import type { Write } from '../../platform/table.ts';

/** What the audit log says of a call, beside what it knows of every call: who, when, from where. */
export type AuditNote = {
  /** What was acted on, such as `secrets/DATABASE_URL`; never a value. */
  readonly resource: string;
  readonly outcome?: 'success' | 'refused';
  /** Where the caller is not signed in but the account is known, as at a sign-in. */
  readonly actor?: { readonly userId: string; readonly orgId: string; readonly email?: string };
  /** Whose part of the log has the entry, where that is another than who acted: the owner of what was acted on. */
  readonly owner?: { readonly userId: string; readonly orgId: string };
};

/**
 * A write that an operation returns. If its condition fails, the request is refused with `onConflict`. Without one the
 * operation runs again on the current state.
 */
export type Effect = Write & { readonly onConflict?: ErrorCode };

/** What an operation adds to its response: changes that are committed with it, all or nothing. */
export type Effects = {
  readonly writes?: readonly Effect[];
  readonly audit?: AuditNote;
};
