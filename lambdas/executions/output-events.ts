import type { OutputChunk, RunOutcome } from '../../sandbox-image/protocol/job.ts';

/** Number of bytes of each stream that a reader of events has received. */
export type Position = { readonly stdout: number; readonly stderr: number };

/** Parses the ID of an event; without one, returns the start. Returns `undefined` for an invalid ID. */
export function readPosition(id: string | undefined): Position | undefined {
  if (id === undefined || id === '') return { stdout: 0, stderr: 0 };
  const [, stdout, stderr] = /^(\d{1,9})-(\d{1,9})$/.exec(id) ?? [];
  return stdout && stderr ? { stdout: Number(stdout), stderr: Number(stderr) } : undefined;
}

/** State of one output stream: its position, and the bytes of an incomplete character. */
type Cursor = { at: number; pending: Uint8Array };

/**
 * Turns output into server-sent events (WHATWG HTML section 9.2). IDs are positions, so a reader can resume after any
 * event, from the running program or from its result.
 */
export class OutputEvents {
  readonly #from: Position;
  readonly #send: (event: string) => void;
  readonly #cursors = {
    stdout: { at: 0, pending: new Uint8Array() } as Cursor,
    stderr: { at: 0, pending: new Uint8Array() } as Cursor,
  };

  constructor(from: Position, send: (event: string) => void) {
    this.#from = from;
    this.#send = send;
  }

  /** Accepts output. Each stream must arrive in order from its first byte. */
  take({ stream, bytes }: OutputChunk): void {
    const cursor = this.#cursors[stream];
    const fresh = bytes.subarray(Math.max(0, this.#from[stream] - cursor.at));
    cursor.at += bytes.length;
    const text = Buffer.concat([cursor.pending, fresh]);
    const whole = wholeCharacters(text);
    cursor.pending = text.subarray(whole);
    if (whole > 0) this.#text(stream, text.subarray(0, whole));
  }

  /** Sends the rest of the output and the end event. */
  end({ status, exitCode, signal, durationMs, ...outcome }: RunOutcome): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const cursor = this.#cursors[stream];
      this.take({ stream, bytes: outcome[stream].subarray(cursor.at) });
      const rest = cursor.pending;
      cursor.pending = new Uint8Array();
      if (rest.length > 0) this.#text(stream, rest);
    }
    this.#event('end', { status, exitCode, signal, durationMs });
  }

  #text(stream: OutputChunk['stream'], bytes: Uint8Array): void {
    this.#event(stream, { text: Buffer.from(bytes).toString('utf8') });
  }

  #event(event: string, data: object): void {
    const id = (['stdout', 'stderr'] as const)
      .map((stream) => {
        const { at, pending } = this.#cursors[stream];
        return Math.max(at, this.#from[stream]) - pending.length;
      })
      .join('-');
    this.#send(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** Returns the length of `bytes` without an incomplete UTF-8 character at the end. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0xc0) return characterBytes(byte) > back ? bytes.length - back : bytes.length;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

function characterBytes(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
