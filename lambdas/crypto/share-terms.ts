import { utf8 } from './bytes.ts';
import type { RecordContext } from './context.ts';

/** What a share says beyond the key that it wraps: sealed under that key, so that no store and no server can change it. */
export type ShareTerms = {
  readonly permission: 'read';
  readonly ownerName: string;
  readonly expiresAt: string | null;
  /** How the owner calls it; a value's alone. */
  readonly alias: string | null;
};

/** Where the terms of a share belong. @param shared what is shared, as it was when the share was made */
export function termsContext(shared: RecordContext, shareId: string): RecordContext {
  return { ...shared, recordType: `${shared.recordType}-share`, recordId: shareId };
}

/** The terms as they are sealed: JSON of the four fields, in this order, so that whoever knows them can compare. */
export function termsText({ permission, ownerName, expiresAt, alias }: ShareTerms): Uint8Array {
  return utf8(JSON.stringify({ permission, ownerName, expiresAt, alias }));
}
