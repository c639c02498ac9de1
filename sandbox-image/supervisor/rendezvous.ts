import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

/** The connections of a slot to the supervisor. */
export type Channels = { readonly job: Socket; readonly stdout: Socket; readonly stderr: Socket };

/** The letter with which a slot names each channel. */
const names = { J: 'job', O: 'stdout', E: 'stderr' } as const;
/** The channel of the collector. It connects after the other channels have ended, or never. */
const filesLetter = 'F';
const tokenLength = 32;

export type Guest = {
  onComplete(channels: Channels): void;
  onFiles(socket: Socket): void;
};

type Awaited = Guest & { channels: Partial<Record<keyof Channels, Socket>>; complete: boolean };

/**
 * Accepts the connections of slots on a unix socket, in a directory that only the supervisor can enter. Each connection
 * must start with the one-time token of a slot and the letter of a channel, or it is dropped.
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
