import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { limits } from './limits.ts';
import { text } from './schemas.ts';
import { SecretName } from './secrets.ts';

const Isolation = z
  .object({
    level: z.enum(['floor', 'namespaces']),
    uid: z.enum(['pool', 'user-namespace']),
    seccomp: z.boolean(),
    landlock: z.int(),
    namespaces: z.array(z.string()),
    cgroup: z.boolean(),
  })
  .meta({ id: 'Isolation', description: 'What stood between the program and the host, as probed' });

const ExecuteResponse = z
  .object({
    executionId: z.uuid(),
    status: z.enum(['completed', 'failed', 'timed_out', 'killed']),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    stdout: z.string().meta({ example: '5\n' }),
    stderr: z.string().meta({ example: '' }),
    truncated: z.object({ stdout: z.boolean(), stderr: z.boolean() }),
    durationMs: z.number().meta({ example: 12.4 }),
    cpuMs: z.number().meta({ example: 9.8 }),
    peakMemoryBytes: z.number(),
    files: z.array(
      z.object({ path: z.string(), sizeBytes: z.int(), contentType: z.string(), contentB64: z.string() }),
    ),
    isolation: Isolation,
  })
  .meta({ id: 'ExecuteResponse' });

export const execute = {
  run: defineRoute({
    operationId: 'execute.run',
    method: 'POST',
    path: '/api/v1/execute',
    tag: 'Execute',
    summary: 'Execute code',
    description:
      'Runs a program in the sandbox, with the user’s secrets as environment variables. A program that fails is ' +
      'a 200 with its exit code.',
    auth: 'user',
    rateLimit: 'api',
    body: z
      .strictObject({
        code: text(limits.codeBytes).meta({ example: "import os\nprint(len(os.environ['GREETING']))" }),
        language: z.enum(['python']).default('python'),
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
          .max(limits.executionWaitSeconds)
          .default(limits.executionWaitSeconds),
        secrets: z
          .union([z.enum(['all', 'none']), z.array(SecretName).max(limits.secretsPerUser)])
          .default('all')
          .meta({ description: 'Which secrets the program finds in its environment' }),
      })
      .meta({ id: 'ExecuteRequest' }),
    responses: { 200: { description: 'The program ended', body: ExecuteResponse } },
    errors: ['NO_SANDBOX_FREE', 'SANDBOX_UNAVAILABLE', 'UNAVAILABLE'],
    idempotent: true,
    audit: 'execute.run',
    access: {
      tables: { secrets: 'write', sandboxes: 'write', packages: 'write' },
      keys: ['data'],
      sandboxes: true,
      builder: 'outcome',
    },
    timeoutSeconds: 29,
  }),
} as const;
