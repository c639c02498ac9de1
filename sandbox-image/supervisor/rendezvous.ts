import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

/** The streams that a slot opens to the supervisor, in the letters with which it names them. */
export type Channels = { readonly job: Socket; readonly stdout: Socket; readonly stderr: Socket };

const names = { J: 'job', O: 'stdout', E: 'stderr' } as const;
/** What a run left, from its collector; it comes after the others have ended, or never. */
const filesLetter = 'F';
const tokenLength = 32;

export type Guest = {
  onComplete(channels: Channels): void;
  onFiles(socket: Socket): void;
};

type Awaited = Guest & { channels: Partial<Record<keyof Channels, Socket>>; complete: boolean };

/**
 * Where slots meet the supervisor: a unix socket in a directory that only it can enter. Each connection begins with
 * a slot's one-time token and the letter of a channel; a connection that does not is dropped.
 */
export class Rendezvous {
  readonly #server: Server;
  readonly #awaited = new Map<string, Awaited>();

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  }

  expect(token: string, { onComplete, onFiles }: Guest): void {
    this.#awaited.set(token, { channels: {}, complete: false, onComplete, onFiles });
  }

  forget(token: string): void {
    const awaited = this.#awaited.get(token);
    this.#awaited.delete(token);
    for (const socket of Object.values(awaited?.channels ?? {})) socket.destroy();
  }

  close(): void {
    for (const token of [...this.#awaited.keys()]) this.forget(token);
    this.#server.close();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const read = () => {
      const greeting = socket.read(tokenLength + 1) as Buffer | null;
      if (!greeting) return;
      socket.off('readable', read);
      this.#introduce(socket, greeting.toString('latin1'));
    };
    socket.on('readable', read);
  }

  #introduce(socket: Socket, greeting: string): void {
    const token = greeting.slice(0, tokenLength);
    const letter = greeting.slice(tokenLength);
    const name = names[letter as keyof typeof names];
    const awaited = this.#awaited.get(token);
    if (awaited?.complete && letter === filesLetter) {
      awaited.onFiles(socket);
      return;
    }
    if (!awaited || awaited.complete || !name || awaited.channels[name]) {
      socket.destroy();
      return;
    }
    awaited.channels[name] = socket;
    const { job, stdout, stderr } = awaited.channels;
    if (!job || !stdout || !stderr) return;
    awaited.complete = true;
    awaited.channels = {};
    awaited.onComplete({ job, stdout, stderr });
  }
}
