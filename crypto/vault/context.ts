import { lengthPrefixed, uint64 } from '../encoding/bytes.ts';
import { header } from './suites.ts';

/** Where a value belongs. All of it is authenticated, none of it is stored in the envelope. */
export type RecordContext = {
  readonly org: string;
  /** The user whose record it is, also where another one opens it through a share. */
  readonly owner: string;
  /** `kv`, `file`, `alias` …: a record's parts under one CEK differ in it. */
  readonly recordType: string;
  readonly recordId: string;
  /** Of the record, counted up by each write: an older value cannot come back as a newer one. */
  readonly version: number;
};

/** Where a value belongs: to its owner, under its name, as this version. */
export function valueContext(org: string, owner: string, key: string, version: number): RecordContext {
  return { org, owner, recordType: 'kv', recordId: key, version };
}

/** Files never change: a new content is a new file. */
export const fileVersion = 1;

/** Where a file's content and key belong. */
export function fileContext(
  org: string,
  owner: string,
  fileId: string,
  version = fileVersion,
): RecordContext {
  return { org, owner, recordType: 'file', recordId: fileId, version };
}

/**
 * `info` of HKDF and AAD of AES-GCM alike: purpose, suite, org, owner, record type, record id, version and, for a
 * wrapped key, the recipient's key id; each preceded by its length.
 *
 * @param purpose no two formats share one
 */
export function bindRecord(purpose: string, context: RecordContext, keyId?: Uint8Array): Uint8Array {
  const { org, owner, recordType, recordId, version } = context;
  const recipient = keyId ? [keyId] : [];
  return lengthPrefixed(purpose, header(), org, owner, recordType, recordId, uint64(version), ...recipient);
}
