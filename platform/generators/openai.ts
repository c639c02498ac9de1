import * as z from 'zod';
import type { Completion, Generator, Prompt } from '../generator.ts';
import { endpointUrl, type HttpGeneratorOptions, postJson } from './http.ts';

const ChatCompletion = z.looseObject({
  model: z.string().optional(),
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int() }).nullish(),
});

const stopReasons: Readonly<Record<string, Completion['stopReason']>> = {
  stop: 'end',
  length: 'max_tokens',
  content_filter: 'refusal',
};

/**
 * `Generator` on any server that implements OpenAI's chat completions (`POST {url}/chat/completions`). OpenAI itself
 * names the token limit `max_completion_tokens`, and its newer models accept no other name; other servers name it
 * `max_tokens`.
 */
export class OpenAiGenerator implements Generator {
  readonly #options: HttpGeneratorOptions;

  constructor(options: HttpGeneratorOptions) {
    this.#options = options;
  }

  async complete({ system, prompt, maxTokens, deadline }: Prompt): Promise<Completion> {
    const { url, model, key, firstDelayMs } = this.#options;
    const apiKey = await key();
    const limit = new URL(url).hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens';
    const {
      model: reportedModel,
      choices,
      usage,
    } = await postJson(endpointUrl(url, '/chat/completions'), ChatCompletion, {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
      body: {
        model,
        [limit]: maxTokens,
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: prompt },
        ],
      },
      deadline,
      firstDelayMs,
    });
    const [{ message, finish_reason: reason } = { message: {} }] = choices;
    return {
      text: message.content || (message.refusal ?? ''),
      model: reportedModel || model,
      usage: {
        inputTokens: usage?.prompt_tokens ?? null,
        outputTokens: usage?.completion_tokens ?? null,
      },
      stopReason: message.refusal ? 'refusal' : (stopReasons[reason ?? ''] ?? 'other'),
    };
  }
}
