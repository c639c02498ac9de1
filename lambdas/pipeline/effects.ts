import type { ErrorCode } from '../../contract/errors.ts';
import type { Write } from '../../platform/table.ts';

/** The part of an audit entry that the operation knows. The pipeline adds who, when and from where. */
export type AuditNote = {
  /** What the request acted on, such as `secrets/DATABASE_URL`; never a value. */
  readonly resource: string;
  readonly outcome?: 'success' | 'refused';
  /** The account, if it is known although the caller is not signed in, as during a sign-in. */
  readonly actor?: { readonly userId: string; readonly orgId: string; readonly email?: string };
  /** The user whose part of the log gets the entry, if not the caller: the owner of what was acted on. */
  readonly owner?: { readonly userId: string; readonly orgId: string };
};

/**
 * A write that an operation returns. If its condition fails, the request is refused with `onConflict`. Without one the
 * operation runs again on the current state.
 */
export type Effect = Write & { readonly onConflict?: ErrorCode };

/** What an operation returns in addition to its response. All of it is committed, or nothing. */
export type Effects = {
  readonly writes?: readonly Effect[];
  readonly audit?: AuditNote;
};
