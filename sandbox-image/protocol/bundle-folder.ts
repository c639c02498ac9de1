import { chmodSync, existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A program that is still running may use a bundle that no list names any more. */
const graceMs = 60 * 60_000;

/** The folder of the bundles, in the layout of sandbox-image/builder/bundle.py. */
export class BundleFolder {
  readonly #path: string;
  readonly #isInUse: (bundleId: string) => Promise<boolean>;
  /** When each bundle was first found to be in no list. */
  readonly #unusedSince = new Map<string, number>();

  constructor(path: string, isInUse: (bundleId: string) => Promise<boolean>) {
    this.#path = path;
    this.#isInUse = isInUse;
  }

  /** Removes what killed builders left behind. */
  removeUnfinished(): void {
    for (const name of this.#names()) if (name.startsWith('.')) removeReadOnly(join(this.#path, name));
  }

  /** Removes bundles that no list has named for a while. Returns how many. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const bundleId of this.#names().filter((name) => /^[a-f0-9]{64}$/.test(name))) {
      if (await this.#isInUse(bundleId)) {
        this.#unusedSince.delete(bundleId);
        continue;
      }
      const since = this.#unusedSince.get(bundleId) ?? Date.now();
      this.#unusedSince.set(bundleId, since);
      // A builder touches a bundle that it finds already built.
      const touched = statSync(join(this.#path, bundleId)).mtimeMs;
      if (Date.now() - Math.max(since, touched) < graceMs) continue;
      this.#remove(bundleId);
      removed += 1;
    }
    return removed;
  }

  /** Renames the bundle first, so that no program ever finds a part of it. */
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
 * Removes a tree whose folders are read-only even for their owner. Removes links without following them: Node's
 * recursive `readdir` would follow links to folders, which may lead anywhere.
 */
export function removeReadOnly(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  makeWritable(path);
  rmSync(path, { recursive: true, force: true });
}

function makeWritable(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) makeWritable(join(path, name));
}
