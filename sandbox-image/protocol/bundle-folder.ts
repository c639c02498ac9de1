import { chmodSync, existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A bundle that is in nobody's list may still be in use by a program that began before. */
const graceMs = 60 * 60_000;

/** The folder of the bundles, as sandbox-image/builder/bundle.py lays it out. */
export class BundleFolder {
  readonly #path: string;
  readonly #isInUse: (bundleId: string) => Promise<boolean>;
  /** When a bundle was first seen to be in nobody's list. */
  readonly #unusedSince = new Map<string, number>();

  constructor(path: string, isInUse: (bundleId: string) => Promise<boolean>) {
    this.#path = path;
    this.#isInUse = isInUse;
  }

  /** What builders that were killed have left. */
  removeUnfinished(): void {
    for (const name of this.#names()) if (name.startsWith('.')) removeReadOnly(join(this.#path, name));
  }

  /** Removes what has been in nobody's list for a while; how many it were. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const bundleId of this.#names().filter((name) => /^[a-f0-9]{64}$/.test(name))) {
      if (await this.#isInUse(bundleId)) {
        this.#unusedSince.delete(bundleId);
        continue;
      }
      const since = this.#unusedSince.get(bundleId) ?? Date.now();
      this.#unusedSince.set(bundleId, since);
      // Whoever builds a bundle that is there already touches it.
      const touched = statSync(join(this.#path, bundleId)).mtimeMs;
      if (Date.now() - Math.max(since, touched) < graceMs) continue;
      this.#remove(bundleId);
      removed += 1;
    }
    return removed;
  }

  /** Out of sight at once, so that no program ever finds a part of it. */
  #remove(bundleId: string): void {
    const aside = join(this.#path, `.removed-${bundleId}`);
    chmodSync(join(this.#path, bundleId), 0o755);
    renameSync(join(this.#path, bundleId), aside);
    rmSync(join(this.#path, `${bundleId}.lock.json`), { force: true });
    removeReadOnly(aside);
    this.#unusedSince.delete(bundleId);
  }

  #names(): string[] {
    return existsSync(this.#path) ? readdirSync(this.#path) : [];
  }
}

/**
 * Its folders are closed even to their owner. A link in it is removed and not followed: Node's own recursive `readdir`
 * goes through links to folders, which may lead anywhere.
 */
export function removeReadOnly(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  open(path);
  rmSync(path, { recursive: true, force: true });
}

function open(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) open(join(path, name));
}
