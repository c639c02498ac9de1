import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { lengthPrefixed, utf8, wipe } from '../encoding/bytes.ts';
import type { Kek, KekOwner } from '../vault/kek.ts';

export type KekCacheBounds = {
  readonly entries: number;
  /** From when it was derived, however often it is used. */
  readonly seconds: number;
};

type Entry = { readonly kek: Kek; readonly until: number };

/**
 * KEKs that this process has derived, so that the next call with the same user secret needs no Argon2id. An entry is
 * found by an HMAC of owner, KEK record and secret under a key that no other process has; neither the secret nor what
 * could be searched for it is kept. What leaves, by age, number or `delete`, is wiped.
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

  /** Names an entry. A KEK record that was replaced has another name, so a secret that was given up finds nothing. */
  idOf({ org, user }: KekOwner, record: Uint8Array, secret: string): string {
    const message = lengthPrefixed(org, user, record, utf8(secret.normalize('NFC')));
    const id = createHmac('sha256', this.#hmacKey).update(message).digest('base64');
    wipe(message);
    return id;
  }

  /** A copy, to be wiped after use. */
  get(id: string): Kek | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    if (entry.until <= Date.now()) {
      this.delete(id);
      return undefined;
    }
    // The one used last goes last, so that the first is the one to give up.
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
