import * as z from 'zod';
import type { Completion, Generator, Prompt } from '../generator.ts';
import { endpointUrl, type HttpGeneratorOptions, postJson } from './http.ts';

const version = '2023-06-01';

const Message = z.looseObject({
  model: z.string(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage: z.looseObject({ input_tokens: z.int(), output_tokens: z.int() }),
});

const stopReasons: Readonly<Record<string, Completion['stopReason']>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'max_tokens',
  refusal: 'refusal',
};

/** `Generator` on the Anthropic Messages API (`POST /v1/messages`, version 2023-06-01). */
export class AnthropicGenerator implements Generator {
  readonly #options: HttpGeneratorOptions;

  constructor(options: HttpGeneratorOptions) {
    this.#options = options;
  }

  async complete({ system, prompt, maxTokens, deadline }: Prompt): Promise<Completion> {
    const { url, model, key, firstDelayMs } = this.#options;
    const apiKey = await key();
    const message = await postJson(endpointUrl(url, '/v1/messages'), Message, {
      headers: { 'anthropic-version': version, ...(apiKey && { 'x-api-key': apiKey }) },
      body: { model, max_tokens: maxTokens, system, messages: [{ role: 'user', content: prompt }] },
      deadline,
      firstDelayMs,
    });
    return {
      text: message.content.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join(''),
      model: message.model,
      usage: { inputTokens: message.usage.input_tokens, outputTokens: message.usage.output_tokens },
      stopReason: stopReasons[message.stop_reason ?? ''] ?? 'other',
    };
  }
}
