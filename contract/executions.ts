import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import {
  ExecuteResponse,
  Execution,
  ExecutionSummary,
  LanguageId,
  ProgramFiles,
  RunningExecution,
} from './execution-schemas.ts';
import { limits } from './limits.ts';
import { Binary, PageQuery, text } from './schemas.ts';
import { SecretName } from './secrets.ts';

const common = { tag: 'Execute', auth: 'user', rateLimit: 'api' } as const;
const one = { path: '/api/v1/executions/{id}', params: z.strictObject({ id: z.uuid() }) } as const;

/** Access of operations that read an execution: its record, its result, or the sandbox that it runs in. */
const reads = {
  tables: { executions: 'read', sandboxes: 'write' },
  objects: 'read',
  keys: ['data'],
  dataKeyPurpose: 'execution',
  sandboxes: true,
} as const;

export const detached = {
  description: 'The execution is detached: it continues, and its result can be fetched later',
  body: RunningExecution,
  headers: { Location: 'Path of the execution' },
} as const;

export const executions = {
  create: defineRoute({
    ...common,
    operationId: 'executions.create',
    method: 'POST',
    path: '/api/v1/execute',
    summary: 'Execute code',
    description:
      'Runs a program in the sandbox, with the user’s secrets as environment variables. If the program fails, the ' +
      'response is still 200, with its exit code. If the program has not ended within ' +
      `${limits.executionWaitSeconds} seconds, or if \`wait\` is false, the response is 202: the execution continues, its ` +
      'result is stored encrypted, and `Location` names it. If the program ends in time, nothing is stored, unless it ' +
      'left files that are too large for the response.',
    body: z
      .strictObject({
        code: text(limits.codeBytes).meta({ example: "import os\nprint(len(os.environ['GREETING']))" }),
        language: LanguageId.default('python'),
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
          .meta({ description: 'Secrets to set as environment variables' }),
        files: ProgramFiles.default([]).meta({
          description: 'Files to place in the working directory',
        }),
        wait: z
          .boolean()
          .default(true)
          .meta({ description: 'false: return 202 as soon as the program is accepted' }),
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
    description: 'Returns executions that are running or kept, newest first.',
    query: PageQuery,
    responses: {
      200: {
        description: 'A page of executions',
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
    description: `The result is kept for ${limits.executionResultSeconds / 3600} hours after the program ended.`,
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
    description: 'Stops the program if it is still running. Its output so far is kept like any other result.',
    responses: {
      200: { description: 'The program has stopped, or had already ended', body: Execution },
      202: { description: 'The program was told to stop but is still running', body: RunningExecution },
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
    summary: 'Get an output file',
    description: 'Returns one of an execution’s `largeFiles`, by its `href`.',
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
    summary: 'Stream the output of an execution',
    description:
      'Server-sent events: `stdout` and `stderr` with `{"text":"…"}` while the program writes, then `end` with ' +
      '`{"status","exitCode","signal","durationMs"}`. If the stream closes without `end`, resume it with the header ' +
      `\`Last-Event-ID\`. A stream lasts at most ${limits.eventStreamSeconds} seconds. Comments every ` +
      `${limits.eventHeartbeatSeconds} seconds keep the connection open. After the program has ended, the remaining ` +
      'stdout is sent before the remaining stderr.',
    responses: {
      200: {
        description: 'Events until the program ends',
        body: z.string(),
        contentType: 'text/event-stream',
      },
    },
    errors: ['NOT_FOUND', 'UNAVAILABLE'],
    stream: true,
    access: reads,
    timeoutSeconds: 900,
  }),
} as const;
