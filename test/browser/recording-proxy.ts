import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy between browser and appliance that records every byte that the browser sends. */
export class RecordingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sent: Buffer[] = [];

  private constructor(target: URL) {
    this.#server = createServer((browser) => {
      const appliance = connect(Number(target.port), target.hostname);
      browser.on('data', (chunk: Buffer) => this.#sent.push(chunk));
      browser.pipe(appliance).pipe(browser);
      for (const socket of [browser, appliance]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          browser.destroy();
          appliance.destroy();
        });
      }
    });
  }

  static async start(target: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(new URL(target));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that the browser has sent since the last `forget`. */
  get sent(): string {
    return Buffer.concat(this.#sent).toString('latin1');
  }

  forget(): void {
    this.#sent.length = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
