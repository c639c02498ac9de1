import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equalBytes } from '../encoding/bytes.ts';

/**
 * The Merkle tree of RFC 9162 section 2.1 (the same as in RFC 6962) with SHA-256. Hashes have 32 bytes; a proof is a list
 * of them, in the order of verification.
 */
export const hashBytes = 32;

export const emptyRoot = sha256(new Uint8Array());

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), leaf));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** Provides the hashes of complete subtrees of a log. */
export interface Subtrees {
  /** Returns the hash over the 2^`level` leaves from `index` · 2^`level`, all of which are in the log. */
  subtree(level: number, index: number): Promise<Uint8Array>;
}

/** MTH(D[0:size]). */
export function rootOf(subtrees: Subtrees, size: number): Promise<Uint8Array> {
  return size === 0 ? Promise.resolve(emptyRoot) : hashOf(subtrees, 0, size);
}

/** PATH(leaf, D[0:size]), section 2.1.3.1. @throws RangeError if the leaf is not in the tree */
export function inclusionProof(subtrees: Subtrees, leaf: number, size: number): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(size) || !Number.isInteger(leaf) || leaf < 0 || leaf >= size)
    throw new RangeError(`no leaf ${leaf} in a tree of ${size}`);
  return path(subtrees, leaf, 0, size);
}

/** PROOF(from, D[0:to]), section 2.1.4.1. @throws RangeError unless 0 < from ≤ to */
export function consistencyProof(subtrees: Subtrees, from: number, to: number): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(to) || !Number.isInteger(from) || from < 1 || from > to)
    throw new RangeError(`no tree of ${from} in one of ${to}`);
  return subproof(subtrees, from, 0, to, true);
}

async function hashOf(subtrees: Subtrees, start: number, end: number): Promise<Uint8Array> {
  const size = end - start;
  const split = splitOf(size);
  // A range of a power of two begins at a multiple of it: the tree is cut at powers of two from the left.
  if (size === 2 * split) return subtrees.subtree(Math.log2(size), start / size);
  const halves = [hashOf(subtrees, start, start + split), hashOf(subtrees, start + split, end)] as const;
  return nodeHash(...(await Promise.all(halves)));
}

async function path(subtrees: Subtrees, leaf: number, start: number, end: number): Promise<Uint8Array[]> {
  if (end - start === 1) return [];
  const middle = start + splitOf(end - start);
  const halves =
    leaf < middle
      ? ([path(subtrees, leaf, start, middle), hashOf(subtrees, middle, end)] as const)
      : ([path(subtrees, leaf, middle, end), hashOf(subtrees, start, middle)] as const);
  return joined(...halves);
}

/** @param whole whether the range is one that the verifier has the hash of */
async function subproof(
  subtrees: Subtrees,
  from: number,
  start: number,
  end: number,
  whole: boolean,
): Promise<Uint8Array[]> {
  if (from === end) return whole ? [] : [await hashOf(subtrees, start, end)];
  const middle = start + splitOf(end - start);
  const halves =
    from <= middle
      ? ([subproof(subtrees, from, start, middle, whole), hashOf(subtrees, middle, end)] as const)
      : ([subproof(subtrees, from, middle, end, false), hashOf(subtrees, start, middle)] as const);
  return joined(...halves);
}

/** Waits for both, so that neither rejection goes unhandled, which would end the process. */
async function joined(proof: Promise<Uint8Array[]>, sibling: Promise<Uint8Array>): Promise<Uint8Array[]> {
  const [hashes, last] = await Promise.all([proof, sibling]);
  return [...hashes, last];
}

/** The largest power of two below `size`; 1/2 for 1. */
function splitOf(size: number): number {
  let split = 0.5;
  while (split * 2 < size) split *= 2;
  return split;
}

export type InclusionProof = {
  readonly leaf: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
};

/** Whether the leaf with this hash is in the tree with this root, section 2.1.3.2. */
export function verifyInclusion(
  { leaf, size, proof }: InclusionProof,
  hash: Uint8Array,
  root: Uint8Array,
): boolean {
  if (!isCount(leaf) || !isCount(size) || leaf >= size || !areHashes([hash, root, ...proof])) return false;
  let [node, last, found] = [leaf, size - 1, hash];
  for (const sibling of proof) {
    if (last === 0) return false;
    const right = node % 2 === 1 || node === last;
    found = right ? nodeHash(sibling, found) : nodeHash(found, sibling);
    if (right) while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(found, root);
}

export type ConsistencyProof = {
  readonly from: number;
  readonly to: number;
  readonly proof: readonly Uint8Array[];
};

/** Whether the tree with the one root is the beginning of the tree with the other, section 2.1.4.2. */
export function verifyConsistency(
  { from, to, proof }: ConsistencyProof,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
): boolean {
  if (!isCount(from) || !isCount(to) || from > to || !areHashes([fromRoot, toRoot, ...proof])) return false;
  if (from === 0) return proof.length === 0 && equalBytes(fromRoot, emptyRoot);
  if (from === to) return proof.length === 0 && equalBytes(fromRoot, toRoot);
  const [first, ...rest] = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : proof;
  if (!first) return false;
  let [node, last, old, now] = [from - 1, to - 1, first, first];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [old, now] = [nodeHash(sibling, old), nodeHash(sibling, now)];
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(old, fromRoot) && equalBytes(now, toRoot);
}

/** Numbers of leaves go beyond 32 bits, which JavaScript's own shifts do not. */
const half = (number: number) => Math.floor(number / 2);
const isCount = (number: number) => Number.isSafeInteger(number) && number >= 0;
const areHashes = (hashes: readonly Uint8Array[]) => hashes.every(({ length }) => length === hashBytes);
