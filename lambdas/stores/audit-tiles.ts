import { auditPrefix } from '../../contract/resources.ts';
import { concat } from '../../crypto/encoding/bytes.ts';
import { hashBytes, nodeHash, type Subtrees } from '../../crypto/log/merkle.ts';
import { ObjectDamaged, type Objects } from '../../platform/objects.ts';

/**
 * The hashes of the audit log in tiles (https://c2sp.org/tlog-tiles). Tile N of level L holds the hashes of the
 * complete subtrees of 256^L entries, starting with the (256 · N)th: 256 hashes, or fewer at the end of the log,
 * which the name of the tile states. The content of a tile never changes.
 */
const tileHeight = 8;
const tileWidth = 2 ** tileHeight;

/** How many objects are read or written concurrently. */
const atOnce = 8;

/** The log at a certain size, read from its tiles. Each tile is read once. */
export class AuditTiles implements Subtrees {
  readonly #objects: Pick<Objects, 'get'>;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<Uint8Array>>();

  constructor(objects: Pick<Objects, 'get'>, size: number) {
    this.#objects = objects;
    this.#size = size;
  }

  /** @throws ObjectDamaged if a tile is missing or has the wrong length */
  async subtree(level: number, index: number): Promise<Uint8Array> {
    const tileLevel = Math.floor(level / tileHeight);
    const count = 2 ** (level - tileLevel * tileHeight);
    const first = index * count;
    const hashes = await this.tile(tileLevel, Math.floor(first / tileWidth));
    const start = first % tileWidth;
    return fold(split(hashes.subarray(start * hashBytes, (start + count) * hashBytes)));
  }

  /** Returns the concatenated hashes of a tile; empty if the log does not reach that far. */
  tile(level: number, number: number): Promise<Uint8Array> {
    const width = Math.min(tileWidth, widthAt(level, this.#size) - number * tileWidth);
    if (width <= 0) return Promise.resolve(new Uint8Array());
    const key = tileKey(level, number, width);
    const tile = this.#tiles.get(key) ?? this.#read(key, width);
    this.#tiles.set(key, tile);
    return tile;
  }

  async #read(key: string, width: number): Promise<Uint8Array> {
    const body = (await this.#objects.get(key))?.body;
    if (body?.length !== width * hashBytes) throw new ObjectDamaged(`tile ${key} of the audit log`);
    return body;
  }
}

/**
 * Writes the tiles by which a log grows. It can be repeated: it writes the same tiles again.
 *
 * @param size of the log before
 * @param leaves hashes of the new entries
 */
export async function growTiles(
  objects: Objects,
  size: number,
  leaves: readonly Uint8Array[],
): Promise<void> {
  const before = new AuditTiles(objects, size);
  let hashes = leaves;
  for (let level = 0; hashes.length > 0; level++) {
    const firstTile = Math.floor(widthAt(level, size) / tileWidth);
    const row = concat(await before.tile(level, firstTile), ...hashes);
    const tiles = Array.from({ length: Math.ceil(row.length / hashBytes / tileWidth) }, (_, position) =>
      row.subarray(position * tileWidth * hashBytes, (position + 1) * tileWidth * hashBytes),
    );
    for (let at = 0; at < tiles.length; at += atOnce) {
      const some = tiles.slice(at, at + atOnce);
      await Promise.all(
        some.map((tile, position) =>
          objects.put(tileKey(level, firstTile + at + position, tile.length / hashBytes), tile),
        ),
      );
    }
    hashes = tiles.filter(({ length }) => length === tileWidth * hashBytes).map((tile) => fold(split(tile)));
  }
}

/** Returns how many hashes a level of tiles has. */
function widthAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

function tileKey(level: number, number: number, width: number): string {
  const digits = String(number).padStart(Math.ceil(String(number).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g) ?? [];
  const path = groups
    .map((group, position) => (position < groups.length - 1 ? `x${group}` : group))
    .join('/');
  return `${auditPrefix}tile/${level}/${path}${width < tileWidth ? `.p/${width}` : ''}`;
}

function split(hashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: hashes.length / hashBytes }, (_, at) =>
    hashes.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}

/** Returns the root over a power of two of hashes. */
function fold(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  const middle = hashes.length / 2;
  return nodeHash(fold(hashes.slice(0, middle)), fold(hashes.slice(middle)));
}
