import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../contract/limits.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Lease, RunLost } from '../../platform/sandboxes.ts';
import type { OutputChunk, RunOutcome } from '../../sandbox-image/protocol/job.ts';
import { type Execution, getExecution } from '../stores/executions.ts';
import { executionBody } from './result-body.ts';
import { loadResult, openRepliesSecret } from './result-store.ts';

type Ports = Pick<Platform, 'table' | 'keys' | 'objects' | 'sandboxes'>;

/** An execution with its outcome, or with its output so far. */
export type ExecutionState = { readonly execution: Execution } & (
  | { readonly outcome: RunOutcome }
  | { readonly output: readonly OutputChunk[] }
);

export type EndedState = Extract<ExecutionState, { outcome: RunOutcome }>;

export const lostReason = 'the sandbox that ran this program was lost, and its outcome is unknown';

/**
 * Returns the state of an execution. If the record says that it runs, asks its sandbox.
 *
 * @throws SandboxLost if the sandbox does not respond
 */
export async function stateOf(ports: Ports, execution: Execution): Promise<ExecutionState> {
  if (execution.status !== 'running') return { execution, outcome: await outcomeOf(ports, execution) };
  const output: OutputChunk[] = [];
  try {
    const outcome = await withItsSandbox(ports, execution, (lease, secret) =>
      lease.poll(execution.executionId, secret, { onOutput: (chunk) => output.push(chunk) }),
    );
    return outcome ? endedState(execution, outcome) : { execution, output };
  } catch (error) {
    if (!(error instanceof RunLost)) throw error;
    return stateOfLost(ports, execution);
  }
}

/**
 * How long to wait for the job that awaits the execution: it retries the sandbox this long before it records the
 * execution as lost.
 */
const recordMs = 6_000;
const pollMs = 200;

/**
 * Returns the state of an execution that its sandbox no longer knows. Its end is being recorded, or it stays unknown.
 */
export async function stateOfLost(ports: Ports, execution: Execution): Promise<EndedState> {
  const { userId, executionId } = execution;
  for (const deadline = Date.now() + recordMs; Date.now() < deadline; await sleep(pollMs)) {
    const recorded = await getExecution(ports.table, userId, executionId);
    if (recorded && recorded.status !== 'running') {
      return { execution: recorded, outcome: await outcomeOf(ports, recorded) };
    }
  }
  return endedState(execution, lostOutcome(execution, lostReason, new Date(), []));
}

/**
 * Attaches to the sandbox of a detached execution for as long as `use` takes. @throws RunLost if the sandbox has
 * ended
 */
export async function withItsSandbox<T>(
  { keys, sandboxes }: Pick<Ports, 'keys' | 'sandboxes'>,
  execution: Execution,
  use: (lease: Lease, secret: Uint8Array) => Promise<T>,
): Promise<T> {
  const [lease, secret] = await Promise.all([
    sandboxes.reattach(execution, execution.sandboxId),
    openRepliesSecret(keys, execution),
  ]);
  if (!lease) throw new RunLost('the sandbox has ended');
  try {
    return await use(lease, secret);
  } finally {
    secret.fill(0);
    await lease.release();
  }
}

/** Returns the outcome of an execution whose sandbox was lost. The reason becomes the last line of its stderr. */
export function lostOutcome(
  { executionId, startedAt }: Execution,
  reason: string,
  now: Date,
  output: readonly OutputChunk[],
): RunOutcome {
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map((stream) => joined(output, stream));
  const lineEnd = stderr?.length && stderr.at(-1) !== 10 ? '\n' : '';
  return {
    executionId,
    status: 'killed',
    exitCode: null,
    signal: null,
    stdout: stdout ?? new Uint8Array(),
    stderr: Buffer.concat([stderr ?? new Uint8Array(), Buffer.from(`${lineEnd}Strongroom: ${reason}.\n`)]),
    truncated: { stdout: false, stderr: false },
    durationMs: Math.max(0, now.getTime() - Date.parse(startedAt)),
    cpuMs: null,
    peakMemoryBytes: null,
    isolation: null,
    files: [],
    omittedFiles: 0,
  };
}

/** Returns an execution as the API shows it. */
export function stateBody(state: ExecutionState, now: Date) {
  const summary = summaryOf(state.execution);
  if ('outcome' in state) return { ...summary, ...executionBody(state.outcome) };
  const text = (stream: OutputChunk['stream']) => joined(state.output, stream).toString('utf8');
  return {
    ...summary,
    exitCode: null,
    signal: null,
    stdout: text('stdout'),
    stderr: text('stderr'),
    truncated: { stdout: false, stderr: false },
    durationMs: Math.max(0, now.getTime() - Date.parse(summary.startedAt)),
    cpuMs: null,
    peakMemoryBytes: null,
    files: [],
    largeFiles: [],
    omittedFiles: 0,
    isolation: null,
  };
}

export function summaryOf({ ttl, ...execution }: Execution) {
  const { executionId, status, language, startedAt, endedAt, timeoutSeconds } = execution;
  const expiresAt = new Date(ttl * 1000).toISOString();
  return { executionId, status, language, startedAt, endedAt, timeoutSeconds, expiresAt };
}

function joined(output: readonly OutputChunk[], wanted: OutputChunk['stream']): Buffer {
  return Buffer.concat(output.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes));
}

/** Returns the state that the record will have once the end is recorded. */
export function endedState(execution: Execution, outcome: RunOutcome): EndedState {
  const { status, endedAt, ttl } = endOf(outcome, new Date());
  return { execution: { ...execution, status, endedAt, ttl }, outcome };
}

/** Returns the fields of a record that say how an execution ended. */
export function endOf({ status }: RunOutcome, now: Date) {
  const ttl = Math.ceil(now.getTime() / 1000) + limits.executionResultSeconds;
  return { status, endedAt: now.toISOString(), reason: null, ttl };
}

async function outcomeOf(ports: Ports, execution: Execution): Promise<RunOutcome> {
  const { reason, endedAt } = execution;
  if (reason === null) return loadResult(ports, execution);
  return lostOutcome(execution, reason, new Date(endedAt ?? execution.startedAt), []);
}
