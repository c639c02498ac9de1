import type { TestUser } from './target.ts';

export type Event = {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read data of every shape
  readonly data: any;
};

/** Reads server-sent events (WHATWG HTML §9.2). */
export class EventStream {
  readonly status: number;
  readonly headers: Headers;
  readonly #text: AsyncIterator<string>;
  readonly #abort: AbortController;
  #buffer = '';

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
    const body = response.body ?? new ReadableStream<Uint8Array>();
    this.#text = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  }

  static async open(user: TestUser, executionId: string, lastEventId?: string): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(`${user.target.url}/api/v1/executions/${executionId}/events`, {
      headers: { 'x-api-key': user.apiKey, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: abort.signal,
    });
    return new EventStream(response, abort);
  }

  /** Returns the next event, or `undefined` at the end of the stream. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.#text.next();
        if (done) return undefined;
        this.#buffer += value;
        continue;
      }
      const fields = Object.fromEntries(
        this.#buffer
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      this.#buffer = this.#buffer.slice(end + 2);
      const { id = '', event = '', data } = fields;
      if (data !== undefined) return { id, event, data: JSON.parse(data) };
    }
  }

  /** Returns all remaining events. */
  async rest(): Promise<Event[]> {
    const events: Event[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  close(): void {
    this.#abort.abort();
  }
}
