import { pause } from '../contract/backoff.ts';
import { StrongroomError } from './error.ts';
import type { CallOptions, RequestFor, ResponseFor, StrongroomClient } from './index.ts';

export type Program = Omit<RequestFor<'executions.create'>['body'], 'wait'>;
export type Execution = ResponseFor<'executions.get'>['body'];
/** The result of a program, or its state so far: the fields that a result which is not stored has too. */
export type Result = Omit<Execution, 'language' | 'startedAt' | 'endedAt' | 'timeoutSeconds' | 'expiresAt'>;
export type LargeFile = Execution['largeFiles'][number];

export type Followed = CallOptions & {
  /** Called with the program's output while it runs. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
  /** Called as soon as the program is accepted. */
  readonly onAccepted?: (executionId: string) => void;
};

/** Delay before a closed event stream is resumed, and the number of consecutive failures that are tolerated. */
const reconnectMs = 1_000;
const reconnects = 30;

/**
 * Runs a program, reports its output while it runs, and returns its result. The signal ends the following, not the
 * program; `executions.stop` stops that.
 *
 * @throws StrongroomError if the API refuses, or cannot be reached for half a minute
 */
export async function runProgram(
  client: StrongroomClient,
  program: Program,
  { onOutput, onAccepted, ...options }: Followed = {},
): Promise<Execution> {
  const { body } = await client.call('executions.create', { ...options, body: { ...program, wait: false } });
  onAccepted?.(body.executionId);
  return followExecution(client, body.executionId, { ...(onOutput && { onOutput }), ...options });
}

/**
 * Follows an execution to its end, from the beginning of its output.
 *
 * @throws StrongroomError NOT_FOUND, or if the API cannot be reached for half a minute
 */
export async function followExecution(
  client: StrongroomClient,
  executionId: string,
  { onOutput, signal }: Omit<Followed, 'onAccepted'> = {},
): Promise<Execution> {
  const params = { id: executionId };
  let last = '';
  let failures = 0;
  for (let ended = false; !ended; ) {
    try {
      const headers: Record<string, string> = last ? { 'Last-Event-ID': last } : {};
      const response = await client.open('executions.streamEvents', {
        params,
        headers,
        ...(signal && { signal }),
      });
      for await (const { id, event, data } of eventsOf(response)) {
        failures = 0;
        if (id) last = id;
        if (event === 'stdout' || event === 'stderr') onOutput?.(event, data.text ?? '');
        ended ||= event === 'end';
      }
    } catch (error) {
      signal?.throwIfAborted();
      failures += 1;
      if (!mayPass(error) || failures > reconnects) throw error;
    }
    if (!ended) await pause(reconnectMs, signal);
  }
  return (await client.call('executions.get', { params, ...(signal && { signal }) })).body;
}

/** Fetches a file that was too large for the response. @throws StrongroomError NOT_FOUND if it is no longer kept */
export async function fetchLargeFile(
  client: StrongroomClient,
  { executionId }: Pick<Result, 'executionId'>,
  { href }: LargeFile,
): Promise<Uint8Array> {
  const number = href.slice(href.lastIndexOf('/') + 1);
  return (await client.call('executions.getFile', { params: { id: executionId, number } })).body;
}

/** `fetch` throws an error of its own if a stream closes early. */
function mayPass(error: unknown): boolean {
  return !(error instanceof StrongroomError) || error.code === 'NETWORK' || error.status === 503;
}

type Event = { readonly id: string; readonly event: string; readonly data: { readonly text?: string } };

/** Parses server-sent events (WHATWG HTML section 9.2) as the API writes them: one line per field. */
async function* eventsOf({ body }: Response): AsyncGenerator<Event, void, void> {
  let buffered = '';
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return;
      buffered += decoder.decode(value, { stream: true });
      const events = buffered.split('\n\n');
      buffered = events.pop() ?? '';
      for (const event of events.map(parse)) if (event) yield event;
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

function parse(text: string): Event | undefined {
  const lines = text.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? []);
  const fields = new Map(lines.map(([, name = '', value = '']) => [name, value]));
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: JSON.parse(data) };
}
