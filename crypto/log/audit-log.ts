import { fromBase64, toBase64 } from '../encoding/base64.ts';
import { utf8 } from '../encoding/bytes.ts';
import { canonicalJson, type Json } from '../encoding/canonical-json.ts';
import { hashBytes, leafHash } from './merkle.ts';

/** The hash by which an audit entry stands in the log: of its canonical JSON (RFC 8785), as the API answers it. */
export function entryHash(entry: { readonly [name: string]: Json }): Uint8Array {
  return leafHash(utf8(canonicalJson(entry)));
}

/** What is signed of a log: how many entries it has, and the root of its Merkle tree. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/** A tree head as the text of a checkpoint (https://c2sp.org/tlog-checkpoint). */
export function checkpointText(origin: string, { size, root }: TreeHead): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @returns `undefined` for the text of another log, and for what is no checkpoint */
export function parseCheckpointText(origin: string, text: string): TreeHead | undefined {
  const [, named, digits, encoded = ''] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n/.exec(text) ?? [];
  const root = fromBase64(encoded);
  const size = Number(digits);
  if (named !== origin || root?.length !== hashBytes || !Number.isSafeInteger(size)) return undefined;
  return { size, root };
}
