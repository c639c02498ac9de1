import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { lengthPrefixed, utf8, wipe } from '../encoding/bytes.ts';
import type { Kek, KekOwner } from '../vault/kek.ts';

export type KekCacheBounds = {
  readonly entries: number;
  /** Lifetime of an entry from its derivation, regardless of use. */
  readonly seconds: number;
};

type Entry = { readonly kek: Kek; readonly until: number };

/**
 * Caches KEKs that this process derived, so that the next request with the same user secret does not run Argon2id. The
 * key of an entry is an HMAC of owner, KEK record and secret under a key that only this process has. The cache stores
 * neither the secret nor anything that would let someone search for it. It wipes entries that it removes by age, number or
 * `delete`.
 */
export class KekCache {
  readonly #bounds: KekCacheBounds;
  readonly #hmacKey = createSecretKey(randomBytes(32));
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;

  constructor(bounds: KekCacheBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Returns the id of an entry. A replaced KEK record has another id, so an old secret finds no entry. */
  idOf({ org, user }: KekOwner, record: Uint8Array, secret: string): string {
    const message = lengthPrefixed(org, user, record, utf8(secret.normalize('NFC')));
    const id = createHmac('sha256', this.#hmacKey).update(message).digest('base64');
    wipe(message);
    return id;
  }

  /** Returns a copy. Wipe it after use. */
  get(id: string): Kek | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    if (entry.until <= Date.now()) {
      this.delete(id);
      return undefined;
    }
    // Entries are in the order of their last use, so the first is the one to remove.
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return new Uint8Array(entry.kek);
  }

  /** Keeps a copy. */
  put(id: string, kek: Kek): void {
    this.delete(id);
    this.#entries.set(id, { kek: new Uint8Array(kek), until: Date.now() + this.#bounds.seconds * 1000 });
    if (this.#entries.size > this.#bounds.entries) this.delete(this.#entries.keys().next().value as string);
    this.#schedule();
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    wipe(entry.kek);
    this.#entries.delete(id);
  }

  clear(): void {
    for (const id of [...this.#entries.keys()]) this.delete(id);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Wipes what has expired without waiting for a call that would find it. It keeps no process alive. */
  #schedule(): void {
    if (this.#timer || this.#entries.size === 0) return;
    const next = Math.min(...[...this.#entries.values()].map(({ until }) => until));
    this.#timer = setTimeout(() => this.#sweep(), Math.max(0, next - Date.now()));
    this.#timer.unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = Date.now();
    for (const [id, { until }] of [...this.#entries]) if (until <= now) this.delete(id);
    this.#schedule();
  }
}
