import type { ResponseFor } from '../../../client/index.ts';

/** Someone whose keys the user holds a share of. */
export type Owner = ResponseFor<'recovery.listOwners'>['body'][number];

/** Someone who holds a share of the user's keys. */
export type Trustee = ResponseFor<'recovery.listTrustees'>['body'][number];
