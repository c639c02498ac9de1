import type { ResponseFor } from '../../../client/index.ts';
import type { NewShare } from '../../../client/vault/shares.ts';

export type Share = ResponseFor<'kvShares.list'>['body'][number];

/** A value or a file, with what the sharing dialog needs of it. */
export type Shareable = {
  readonly name: string;
  readonly list: (signal: AbortSignal) => Promise<readonly Share[]>;
  readonly share: (terms: NewShare & { readonly alias?: string }) => Promise<unknown>;
  readonly revoke: (recipientUserId: string) => Promise<unknown>;
  /** Recipients can be given another name for it. */
  readonly hasAlias?: boolean;
};
