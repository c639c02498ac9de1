import * as z from 'zod';
import { defineRoute } from './define-route.ts';
import { executions } from './executions.ts';
import { limits } from './limits.ts';
import { text } from './schemas.ts';

const { language, timeoutSeconds } = executions.create.body.shape;

const GenerateResponse = z
  .object({
    code: z.string(),
    explanation: z.string().meta({ description: 'The text that the model wrote besides the program' }),
    model: z.string().meta({ description: 'The model that wrote the program' }),
    usage: z
      .object({ inputTokens: z.int().min(0).nullable(), outputTokens: z.int().min(0).nullable() })
      .meta({ description: 'Tokens as the provider counts them; null if it does not' }),
    execution: executions.create.responses[200].body.optional(),
  })
  .meta({ id: 'GenerateResponse' });

export const programs = {
  generate: defineRoute({
    operationId: 'programs.generate',
    method: 'POST',
    path: '/api/v1/generate',
    tag: 'Generate',
    summary: 'Generate and execute code',
    description:
      'A language model writes a program for the prompt, and the program runs like any other. The model gets the names ' +
      'of the user’s secrets but never a value; the program gets the secrets that its code names. Its output goes to ' +
      'the caller, not back to the model. Only the last code block of the model’s reply counts, and only if it is ' +
      'complete and in the requested language. Otherwise the error is `NO_CODE_GENERATED`, with the reply in `text`.',
    auth: 'user',
    rateLimit: 'api',
    body: z
      .strictObject({
        prompt: text(limits.promptBytes)
          .refine((prompt) => prompt.trim() !== '', { error: 'must not be empty' })
          .meta({ example: 'Print the first ten prime numbers.' }),
        execute: z.boolean().default(true).meta({ description: 'Whether to run the program' }),
        language,
        timeoutSeconds: timeoutSeconds.meta({
          description: 'Timeout of the program. It also ends when the request’s own timeout is reached',
        }),
      })
      .meta({ id: 'GenerateRequest' }),
    responses: { 200: { description: 'The program and its result', body: GenerateResponse } },
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
