import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { executions } from './executions.ts';
import { limits } from './limits.ts';
import { text } from './schemas.ts';

const { language, timeoutSeconds } = executions.create.body.shape;

const GenerateResponse = z
  .object({
    code: z.string(),
    explanation: z.string().meta({ description: 'What the model wrote around the program' }),
    model: z.string().meta({ description: 'The model that answered' }),
    usage: z
      .object({ inputTokens: z.int().min(0).nullable(), outputTokens: z.int().min(0).nullable() })
      .meta({ description: 'Tokens by the provider’s count; null where it does not count' }),
    execution: executions.create.responses[200].body.optional(),
  })
  .meta({ id: 'GenerateResponse' });

export const programs = {
  generate: defineRoute({
    operationId: 'programs.generate',
    method: 'POST',
    path: '/api/v1/generate',
    tag: 'Generate',
    summary: 'AI generate and execute code',
    description:
      'A language model writes a program for the prompt, and the program is run like any other. The model is told ' +
      'the names of the user’s secrets and never a value; the program is given those that its code names. What it ' +
      'prints goes to the caller, not back to the model. Only the last code block of the model’s answer counts, and ' +
      'only if it is whole and in the language asked for; without one the answer is `NO_CODE_GENERATED`, with what ' +
      'the model wrote in `text`.',
    auth: 'user',
    rateLimit: 'api',
    body: z
      .strictObject({
        prompt: text(limits.promptBytes)
          .refine((prompt) => prompt.trim() !== '', { error: 'must not be empty' })
          .meta({ example: 'Print the first ten prime numbers.' }),
        execute: z.boolean().default(true).meta({ description: 'Whether the program is run, too' }),
        language,
        timeoutSeconds: timeoutSeconds.meta({
          description: 'Of the run; it also ends when the time of the call is up',
        }),
      })
      .meta({ id: 'GenerateRequest' }),
    responses: { 200: { description: 'The program, and what it did', body: GenerateResponse } },
    errors: [
      'NO_CODE_GENERATED',
      'GENERATOR_FAILED',
      'GENERATOR_NOT_CONFIGURED',
      'NO_SANDBOX_FREE',
      'SANDBOX_UNAVAILABLE',
      'UNAVAILABLE',
    ],
    idempotent: true,
    audit: 'programs.generate',
    access: {
      tables: { secrets: 'write', sandboxes: 'write', executions: 'write', packages: 'write' },
      objects: 'write',
      keys: ['data'],
      sandboxes: true,
      builder: 'outcome',
      generator: true,
    },
    timeoutSeconds: 29,
  }),
} as const;
