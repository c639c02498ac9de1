import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Scripted =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  /** The connection breaks before an answer. */
  | 'break'
  /** No answer comes. */
  | 'silence';

/** A server on loopback that answers what it is told, one after the other, and keeps what it was asked. */
export class ScriptedServer {
  readonly received: Received[] = [];
  readonly #script: Scripted[] = [];
  readonly #server: Server;
  readonly url: string;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<ScriptedServer> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const server = new ScriptedServer(http);
    http.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      server.received.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      const next = server.#script.shift();
      if (next === 'silence') return;
      if (next === undefined || next === 'break') {
        request.socket.destroy();
        return;
      }
      const { status, headers = {}, body } = next;
      const isText = typeof body === 'string';
      response.writeHead(status, {
        'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        ...headers,
      });
      response.end(isText ? body : JSON.stringify(body));
    });
    return server;
  }

  answers(...script: readonly Scripted[]): void {
    this.#script.push(...script);
  }

  /** Forgets what was asked, and what was still to be answered. */
  reset(): void {
    this.received.length = 0;
    this.#script.length = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** An answer in the shape of all errors. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Scripted {
  const body = { success: false, error: `Refused: ${code}.`, code, requestId: 'request-1' };
  return { status, headers: { 'x-request-id': 'request-1', ...headers }, body };
}
