import { Readable } from 'node:stream';
import { limits } from '../../contract/limits.ts';
import { describeError, logger } from '../../platform/logger.ts';
import type { Platform } from '../../platform/platform.ts';
import { RunLost } from '../../platform/sandboxes.ts';
import { SandboxLost } from '../../sandbox-image/protocol/job.ts';
import type { Execution } from '../stores/executions.ts';
import { stateOf, stateOfLost, withItsSandbox } from './execution-state.ts';
import { OutputEvents, type Position } from './output-events.ts';

/** Delay after which a client reconnects to a broken stream. */
const reconnectMs = 1_000;

/**
 * Returns the events of an execution from a position on. The stream ends with the execution or at its own time limit.
 */
export function eventsOf(platform: Platform, execution: Execution, position: Position): Readable {
  const over = new AbortController();
  const stream = new Readable({
    read() {},
    destroy(error, done) {
      over.abort();
      done(error);
    },
  });
  const send = (text: string) => stream.destroyed || stream.push(text);
  send(`retry: ${reconnectMs}\n\n`);
  const beat = setInterval(() => send(': \n\n'), limits.eventHeartbeatSeconds * 1000);
  const time = setTimeout(() => over.abort(), limits.eventStreamSeconds * 1000);
  follow(platform, execution, new OutputEvents(position, send), over.signal)
    .catch((error: unknown) => logger.error('event stream failed', describeError(error)))
    .finally(() => {
      clearInterval(beat);
      clearTimeout(time);
      stream.push(null);
    });
  return stream;
}

/** Sends events until the execution ends. If it resolves without an end event, the client reconnects. */
async function follow(
  platform: Platform,
  execution: Execution,
  events: OutputEvents,
  signal: AbortSignal,
): Promise<void> {
  const { executionId, status } = execution;
  if (status !== 'running') {
    const state = await stateOf(platform, execution);
    if ('outcome' in state) events.end(state.outcome);
    return;
  }
  try {
    const outcome = await withItsSandbox(platform, execution, (lease, secret) =>
      lease.attach(executionId, secret, { onOutput: (chunk) => events.take(chunk), signal }),
    );
    events.end(outcome);
  } catch (error) {
    if (signal.aborted || error instanceof SandboxLost) return;
    if (!(error instanceof RunLost)) throw error;
    events.end((await stateOfLost(platform, execution)).outcome);
  }
}
