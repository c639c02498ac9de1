import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import {
  ExecuteResponse,
  Execution,
  ExecutionSummary,
  ProgramFiles,
  RunningExecution,
} from './execution-schemas.ts';
import { limits } from './limits.ts';
import { Binary, PageQuery, text } from './schemas.ts';
import { SecretName } from './secrets.ts';

const common = { tag: 'Execute', auth: 'user', rateLimit: 'api' } as const;
const one = { path: '/api/v1/executions/{id}', params: z.strictObject({ id: z.uuid() }) } as const;

/** Reads an execution: its record, its result, or the sandbox that it runs in. */
const reads = {
  tables: { executions: 'read', sandboxes: 'write' },
  objects: 'read',
  keys: ['data'],
  dataKeyPurpose: 'execution',
  sandboxes: true,
} as const;

export const detached = {
  description: 'The program goes on; its result is to be fetched',
  body: RunningExecution,
  headers: { Location: 'Where the execution is' },
} as const;

export const executions = {
  create: defineRoute({
    ...common,
    operationId: 'executions.create',
    method: 'POST',
    path: '/api/v1/execute',
    summary: 'Execute code',
    description:
      'Runs a program in the sandbox, with the user’s secrets as environment variables. A program that fails is ' +
      `a 200 with its exit code. One that has not ended within ${limits.executionWaitSeconds} seconds, or is not to ` +
      'be waited for, is a 202: it goes on, its result is kept, encrypted, and `Location` says where. Of a program ' +
      'that is answered at once nothing is kept, unless it left files that are too large for the answer.',
    body: z
      .strictObject({
        code: text(limits.codeBytes).meta({ example: "import os\nprint(len(os.environ['GREETING']))" }),
        language: z.enum(['python', 'javascript']).default('python'),
        stdin: text(limits.stdinBytes).default(''),
        args: z
          .array(
            text(limits.args.bytes).refine((arg) => !arg.includes('\0'), {
              error: 'must not contain a NUL character',
            }),
          )
          .max(limits.args.count)
          .default([]),
        timeoutSeconds: z
          .number()
          .min(limits.timeoutSeconds.min)
          .max(limits.timeoutSeconds.max)
          .default(limits.timeoutSeconds.default),
        secrets: z
          .union([z.enum(['all', 'none']), z.array(SecretName).max(limits.secretsPerUser)], {
            error: 'must be "all", "none" or a list of secret names',
          })
          .default('all')
          .meta({ description: 'Which secrets the program finds in its environment' }),
        files: ProgramFiles.default([]).meta({
          description: 'Files that the program finds in its working directory',
        }),
        wait: z
          .boolean()
          .default(true)
          .meta({ description: 'false: the answer is a 202 as soon as the program is accepted' }),
      })
      .meta({ id: 'ExecuteRequest' }),
    responses: { 200: { description: 'The program ended', body: ExecuteResponse }, 202: detached },
    errors: ['NO_SANDBOX_FREE', 'SANDBOX_UNAVAILABLE', 'UNAVAILABLE'],
    idempotent: true,
    audit: 'executions.create',
    access: {
      tables: { secrets: 'write', sandboxes: 'write', executions: 'write', packages: 'write' },
      objects: 'write',
      keys: ['data'],
      sandboxes: true,
      background: ['jobs.awaitExecution'],
      builder: 'outcome',
    },
    timeoutSeconds: 29,
  }),
  list: defineRoute({
    ...common,
    operationId: 'executions.list',
    method: 'GET',
    path: '/api/v1/executions',
    summary: 'List executions',
    description: 'Those that run or are kept, newest first.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page',
        body: z.object({ executions: z.array(ExecutionSummary), nextCursor: z.string().optional() }),
      },
    },
    errors: ['INVALID_CURSOR'],
    alongsideAdmission: true,
    access: { tables: { executions: 'read' } },
  }),
  get: defineRoute({
    ...common,
    ...one,
    operationId: 'executions.get',
    method: 'GET',
    summary: 'Get an execution',
    description: `Its result is kept for ${limits.executionResultSeconds / 3600} hours after its end.`,
    responses: { 200: { description: 'The execution', body: Execution } },
    errors: ['NOT_FOUND', 'UNAVAILABLE'],
    alongsideAdmission: true,
    access: reads,
  }),
  stop: defineRoute({
    ...common,
    ...one,
    operationId: 'executions.stop',
    method: 'DELETE',
    summary: 'Stop an execution',
    description: 'Ends the program if it still runs. Its result, as far as it came, is kept like any other.',
    responses: {
      200: { description: 'The program has ended, now or before', body: Execution },
      202: { description: 'It is told to end, and has not yet', body: RunningExecution },
    },
    errors: ['NOT_FOUND', 'UNAVAILABLE'],
    audit: 'executions.stop',
    access: reads,
    timeoutSeconds: 29,
  }),
  getFile: defineRoute({
    ...common,
    operationId: 'executions.getFile',
    method: 'GET',
    path: '/api/v1/executions/{id}/files/{number}',
    summary: 'Get a file that a program left',
    description: 'The `href` of one of the `largeFiles` of an execution.',
    params: z.strictObject({ id: z.uuid(), number: z.string().regex(/^\d{1,2}$/) }),
    responses: {
      200: {
        description: 'The file',
        body: Binary,
        contentType: 'application/octet-stream',
        headers: { 'Content-Disposition': 'The file’s name' },
      },
    },
    errors: ['NOT_FOUND', 'UNAVAILABLE'],
    alongsideAdmission: true,
    stream: true,
    access: reads,
    timeoutSeconds: 60,
  }),
  streamEvents: defineRoute({
    ...common,
    ...one,
    path: '/api/v1/executions/{id}/events',
    operationId: 'executions.streamEvents',
    method: 'GET',
    summary: 'Follow the output of an execution',
    description:
      'Server-sent events: `stdout` and `stderr` with `{"text":"…"}`, as the program writes, then `end` with ' +
      '`{"status","exitCode","signal","durationMs"}`. A stream that ends without `end` is taken up where it was ' +
      `by the header \`Last-Event-ID\`; one lasts ${limits.eventStreamSeconds} seconds at most. Comments every ` +
      `${limits.eventHeartbeatSeconds} seconds keep the connection up. Once the program has ended, what is left of ` +
      'stdout comes before what is left of stderr.',
    responses: {
      200: { description: 'Events until the end', body: z.string(), contentType: 'text/event-stream' },
    },
    errors: ['NOT_FOUND', 'UNAVAILABLE'],
    stream: true,
    access: reads,
    timeoutSeconds: 900,
  }),
} as const;
