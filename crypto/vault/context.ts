import { lengthPrefixed, uint64 } from '../encoding/bytes.ts';
import { header } from './suites.ts';

/** What an envelope is bound to. All of it is authenticated, none of it is stored in the envelope. */
export type RecordContext = {
  readonly org: string;
  /** The user who owns the record, even if another user opens it through a share. */
  readonly owner: string;
  /** `kv`, `file`, `alias` …: tells the parts of a record under one CEK apart. */
  readonly recordType: string;
  readonly recordId: string;
  /** Version of the record, incremented by each write, so that an older value cannot replace a newer one. */
  readonly version: number;
};

/** Returns the context of a value: its owner, name and version. */
export function valueContext(org: string, owner: string, key: string, version: number): RecordContext {
  return { org, owner, recordType: 'kv', recordId: key, version };
}

/** Files are immutable: new content is a new file. */
export const fileVersion = 1;

/** Returns the context of a file's content and key. */
export function fileContext(
  org: string,
  owner: string,
  fileId: string,
  version = fileVersion,
): RecordContext {
  return { org, owner, recordType: 'file', recordId: fileId, version };
}

/**
 * Encodes the context for HKDF's `info` and AES-GCM's AAD: purpose, suite, org, owner, record type, record id, version
 * and, for a wrapped key, the recipient's key id, each preceded by its length.
 *
 * @param purpose unique for each format
 */
export function bindRecord(purpose: string, context: RecordContext, keyId?: Uint8Array): Uint8Array {
  const { org, owner, recordType, recordId, version } = context;
  const recipient = keyId ? [keyId] : [];
  return lengthPrefixed(purpose, header(), org, owner, recordType, recordId, uint64(version), ...recipient);
}
