import * as z from 'zod';
import { base64Bytes } from './base64.ts';
import { filesFault, isRelative } from './job-paths.ts';
import { languageIds } from './languages.ts';
import { limits } from './limits.ts';
import { Timestamp } from './schemas.ts';

export const LanguageId = z.enum(languageIds);

const Isolation = z
  .object({
    level: z.enum(['floor', 'namespaces']),
    uid: z.enum(['pool', 'user-namespace']),
    seccomp: z.boolean(),
    landlock: z.int(),
    namespaces: z.array(z.string()),
    cgroup: z.boolean(),
  })
  .meta({ id: 'Isolation', description: 'The isolation between the program and the host, as measured' });

const ResultFile = z.object({
  path: z.string().meta({ example: 'plot.svg' }),
  sizeBytes: z.int(),
  contentType: z.string().meta({ example: 'image/svg+xml' }),
  contentB64: z.string(),
});

const LargeFile = ResultFile.omit({ contentB64: true }).extend({
  href: z.string().meta({
    description: 'Path to fetch the file from while the execution is kept',
    example: '/api/v1/executions/0198f0c2-7a30-7c3f-9d51-3f1c3a9e7b42/files/0',
  }),
});

const { count, bytes, bytesInAll } = limits.resultFiles;

const status = ['completed', 'failed', 'timed_out', 'killed'] as const;

const result = {
  executionId: z.uuid(),
  status: z.enum(status),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  stdout: z.string().meta({ example: '5\n' }),
  stderr: z.string().meta({ example: '' }),
  truncated: z.object({ stdout: z.boolean(), stderr: z.boolean() }),
  durationMs: z.number().meta({ example: 12.4 }),
  cpuMs: z.number().meta({ example: 9.8 }),
  peakMemoryBytes: z.number(),
  files: z.array(ResultFile).meta({
    description: `Regular files that the program left, at most ${bytes} bytes in total`,
  }),
  largeFiles: z.array(LargeFile).meta({
    description: `Files that exceed that size: at most ${count} files and ${bytesInAll} bytes in total, including \`files\``,
  }),
  omittedFiles: z.int().meta({
    description:
      'Minimum number of other files that the program left: over a limit, links, special files or unsupported names',
  }),
  isolation: Isolation,
};

export const ExecuteResponse = z.object(result).meta({ id: 'ExecuteResponse' });

export const ExecutionSummary = z
  .object({
    executionId: z.uuid(),
    status: z.enum(['running', ...status]),
    language: LanguageId,
    startedAt: Timestamp,
    endedAt: Timestamp.nullable(),
    timeoutSeconds: z.number(),
    expiresAt: Timestamp.meta({ description: 'When the execution and its result are deleted' }),
  })
  .meta({ id: 'ExecutionSummary' });

export const Execution = z
  .object({
    ...result,
    ...ExecutionSummary.shape,
    cpuMs: result.cpuMs.nullable(),
    peakMemoryBytes: result.peakMemoryBytes.nullable(),
    isolation: Isolation.nullable(),
  })
  .meta({
    id: 'Execution',
    description:
      'While the program runs, its output so far. If its sandbox was lost, the status is `killed` and the last line of ' +
      'stderr gives the reason.',
  });

export const RunningExecution = z
  .object({ executionId: z.uuid(), status: z.literal('running') })
  .meta({ id: 'RunningExecution' });

/** Input files, placed in the program's working directory. */
export const ProgramFiles = z
  .array(
    z.strictObject({
      path: z
        .string()
        .refine(isRelative, {
          error: 'must be a relative path without empty, . or .. segments',
        })
        .meta({ example: 'data/input.csv', maxLength: limits.programFiles.pathBytes }),
      contentB64: base64Bytes(),
    }),
  )
  .max(limits.programFiles.count)
  .superRefine((files, { addIssue }) => {
    for (const position of files.keys()) {
      const fault = filesFault(files.slice(0, position + 1).map((file) => file.path));
      if (fault) {
        addIssue({ code: 'custom', path: [position, 'path'], message: fault });
        return;
      }
    }
    const bytes = files.reduce((sum, { contentB64 }) => sum + contentB64.length, 0);
    if (bytes > limits.programFiles.bytes) {
      addIssue({ code: 'custom', message: `must have at most ${limits.programFiles.bytes} bytes in total` });
    }
  });
