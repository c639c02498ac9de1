import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { normalName } from '../../contract/requirement.ts';
import type { Wheel } from './wheel.ts';

export type IndexFile = {
  readonly name: string;
  readonly file: string;
  readonly bytes: Buffer;
  readonly yanked?: boolean;
  readonly requiresPython?: string;
  /** A wrong digest for the index to state. */
  readonly sha256?: string;
};

/** A package index on loopback: the "Simple" repository API in HTML (PEP 503, PEP 592). */
export class PackageIndex {
  readonly requests: string[] = [];
  readonly #files = new Map<string, IndexFile>();
  readonly #server: Server;
  /** Responses wait for it. */
  gate: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const path = decodeURIComponent(request.url ?? '');
      this.requests.push(path);
      await this.gate;
      const found = this.#find(path);
      if (typeof found === 'string') response.setHeader('content-type', 'text/html');
      response.statusCode = found === undefined ? 404 : 200;
      response.end(found);
    });
  }

  static async start(): Promise<PackageIndex> {
    const index = new PackageIndex();
    index.#server.listen(0, '127.0.0.1');
    await once(index.#server, 'listening');
    return index;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/simple/`;
  }

  add(...files: readonly (Wheel | IndexFile)[]): void {
    for (const file of files) this.#files.set(file.file, file);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #find(path: string): string | Buffer | undefined {
    const file = /^\/files\/([^/]+)$/.exec(path)?.[1];
    if (file !== undefined) return this.#files.get(file)?.bytes;
    const name = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    const files = [...this.#files.values()].filter((each) => normalName(each.name) === name);
    if (files.length === 0) return undefined;
    const links = files.map((each) => {
      const sha256 = each.sha256 ?? createHash('sha256').update(each.bytes).digest('hex');
      const yanked = each.yanked ? ' data-yanked="broken"' : '';
      const python = each.requiresPython
        ? ` data-requires-python="${each.requiresPython.replace('>', '&gt;')}"`
        : '';
      return `<a href="/files/${encodeURIComponent(each.file)}#sha256=${sha256}"${yanked}${python}>${each.file}</a>`;
    });
    return `<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`;
  }
}
