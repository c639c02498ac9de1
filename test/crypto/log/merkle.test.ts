import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOf,
  type Subtrees,
  verifyConsistency,
  verifyInclusion,
} from '../../../crypto/log/merkle.ts';

/** Leaves and roots of the certificate-transparency reference implementation (merkletree/testonly/constants.go). */
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const treeOf = (hashes: readonly Uint8Array[]): Subtrees => ({
  async subtree(level, index) {
    if (level === 0) return hashes[index] as Uint8Array;
    const halves = [this.subtree(level - 1, 2 * index), this.subtree(level - 1, 2 * index + 1)] as const;
    return nodeHash(...(await Promise.all(halves)));
  },
});
const numbered = (count: number) =>
  Array.from({ length: count }, (_, number) => leafHash(Buffer.from(String(number))));

describe('Merkle tree', () => {
  it('has the roots of the reference implementation', async () => {
    const tree = treeOf(leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex'))));
    expect(hex(await rootOf(tree, 0))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    for (const [position, root] of roots.entries()) expect(hex(await rootOf(tree, position + 1))).toBe(root);
  });

  it('proves each leaf of each size, and each size in each later one', async () => {
    const hashes = numbered(40);
    const tree = treeOf(hashes);
    const all = await Promise.all(Array.from({ length: 41 }, (_, size) => rootOf(tree, size)));
    for (let size = 1; size <= 40; size++) {
      const root = all[size] as Uint8Array;
      for (let leaf = 0; leaf < size; leaf++) {
        const proof = await inclusionProof(tree, leaf, size);
        expect(verifyInclusion({ leaf, size, proof }, hashes[leaf] as Uint8Array, root)).toBe(true);
      }
      for (let from = 1; from <= size; from++) {
        const proof = await consistencyProof(tree, from, size);
        expect(verifyConsistency({ from, to: size, proof }, all[from] as Uint8Array, root)).toBe(true);
      }
    }
    expect(verifyConsistency({ from: 0, to: 40, proof: [] }, emptyRoot, all[40] as Uint8Array)).toBe(true);
  });

  it('rejects, and leaves no rejection unhandled, if a hash cannot be read', async () => {
    const unreadable: Subtrees = {
      async subtree() {
        throw new Error('cannot be read');
      },
    };
    await expect(inclusionProof(unreadable, 3, 20)).rejects.toThrow('cannot be read');
    await expect(consistencyProof(unreadable, 3, 20)).rejects.toThrow('cannot be read');
  });

  it('no proof holds for another leaf, place, size or root, or with a hash altered, left out or added', async () => {
    const hashes = numbered(70);
    const tree = treeOf(hashes);
    const sizes = fc
      .integer({ min: 2, max: 70 })
      .chain((size) =>
        fc.record({ size: fc.constant(size), leaf: fc.nat(size - 1), at: fc.nat(9), other: fc.nat(69) }),
      );
    await fc.assert(
      fc.asyncProperty(sizes, async ({ size, leaf, at, other }) => {
        const root = await rootOf(tree, size);
        const proof = await inclusionProof(tree, leaf, size);
        const hash = hashes[leaf] as Uint8Array;
        const swapped = proof.with(at % proof.length, hashes[other] as Uint8Array);
        if (other !== leaf) {
          expect(verifyInclusion({ leaf, size, proof }, hashes[other] as Uint8Array, root)).toBe(false);
          expect(verifyInclusion({ leaf: other, size, proof }, hash, root)).toBe(false);
        }
        expect(verifyInclusion({ leaf, size, proof }, hash, hash)).toBe(false);
        expect(verifyInclusion({ leaf, size, proof: proof.slice(1) }, hash, root)).toBe(false);
        expect(verifyInclusion({ leaf, size, proof: [...proof, hash] }, hash, root)).toBe(false);
        const same =
          Buffer.compare(proof[at % proof.length] as Uint8Array, hashes[other] as Uint8Array) === 0;
        expect(verifyInclusion({ leaf, size, proof: swapped }, hash, root)).toBe(same);
      }),
      { numRuns: 300 },
    );
  });

  it('a log in which an entry was changed, left out or removed does not continue the one before', async () => {
    const hashes = numbered(70);
    const tree = treeOf(hashes);
    const cases = fc
      .integer({ min: 2, max: 70 })
      .chain((to) =>
        fc
          .integer({ min: 1, max: to - 1 })
          .chain((from) =>
            fc.record({ from: fc.constant(from), to: fc.constant(to), changed: fc.nat(from - 1) }),
          ),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ({ from, to, changed }) => {
        const known = await rootOf(tree, from);
        const forked = treeOf(hashes.with(changed, leafHash(Buffer.from('another'))));
        const shortened = treeOf(hashes.toSpliced(changed, 1));
        for (const [other, size] of [
          [forked, to],
          [shortened, to - 1],
        ] as const) {
          if (size < from) continue;
          const proof = await consistencyProof(other, from, size);
          expect(verifyConsistency({ from, to: size, proof }, known, await rootOf(other, size))).toBe(false);
        }
        const back = { from: to, to: from, proof: [] };
        expect(verifyConsistency(back, await rootOf(tree, to), known)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
