import type { Language } from '../../contract/languages.ts';
import { limits } from '../../contract/limits.ts';
import { type Completion, type Generator, GeneratorFailed } from '../../platform/generator.ts';
import { logger } from '../../platform/logger.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { readCodeAnswer } from './code-block.ts';
import { systemPrompt } from './prompt-v1.ts';

type Request = {
  readonly prompt: string;
  readonly language: Language;
  readonly secretNames: readonly string[];
  readonly maxTokens: number;
  readonly deadline: number;
};

/**
 * Returns a program that the model wrote for a prompt.
 *
 * @throws ApiError GENERATOR_FAILED; NO_CODE_GENERATED with the text that the model wrote instead
 */
export async function generateProgram(generator: Generator, request: Request) {
  const { prompt, language, secretNames, maxTokens, deadline } = request;
  const system = systemPrompt({ language, secretNames });
  const completion = await generator.complete({ system, prompt, maxTokens, deadline }).catch(refuse);
  const { code, explanation } = readCodeAnswer(completion.text, language);
  if (
    code === undefined ||
    completion.stopReason === 'refusal' ||
    Buffer.byteLength(code) > limits.codeBytes
  ) {
    throw new ApiError('NO_CODE_GENERATED', {
      ...(completion.stopReason === 'max_tokens' && {
        sentence: 'The language model’s answer reached its token limit before the program was complete.',
      }),
      extra: answered(completion),
    });
  }
  return { code, explanation, model: completion.model, usage: completion.usage };
}

function answered({ text, model, usage }: Completion) {
  return { text, model, usage };
}

function refuse(error: unknown): never {
  if (!(error instanceof GeneratorFailed)) throw error;
  // The caller is not told the reason, so the operator needs it in the log.
  logger.warn('generator failed', { reason: error.message, attempts: error.attempts });
  const headers: Record<string, string> = {};
  if (error.retryAfterSeconds !== undefined) headers['Retry-After'] = String(error.retryAfterSeconds);
  throw new ApiError('GENERATOR_FAILED', { headers, cause: error });
}
