import { fromBase64, toBase64 } from '../encoding/base64.ts';
import { utf8 } from '../encoding/bytes.ts';
import { canonicalJson, type Json } from '../encoding/canonical-json.ts';
import { hashBytes, leafHash } from './merkle.ts';

/** Returns the leaf hash of an audit entry: of its canonical JSON (RFC 8785), in the form that the API returns. */
export function entryHash(entry: { readonly [name: string]: Json }): Uint8Array {
  return leafHash(utf8(canonicalJson(entry)));
}

/** The signed state of a log: its number of entries and the root of its Merkle tree. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/** Encodes a tree head as the text of a checkpoint (https://c2sp.org/tlog-checkpoint). */
export function checkpointText(origin: string, { size, root }: TreeHead): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Parses the text of a checkpoint. @returns `undefined` if it is not a checkpoint, or one of another log */
export function parseCheckpointText(origin: string, text: string): TreeHead | undefined {
  const [, named, digits, encoded = ''] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n/.exec(text) ?? [];
  const root = fromBase64(encoded);
  const size = Number(digits);
  if (named !== origin || root?.length !== hashBytes || !Number.isSafeInteger(size)) return undefined;
  return { size, root };
}
