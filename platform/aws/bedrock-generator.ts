import {
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseCommand,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Completion, Generator, Prompt } from '../generator.ts';
import { AttemptFailed, isTransient, retryAfterMs, withRetry } from '../generators/attempts.ts';

const stopReasons: Readonly<Record<string, Completion['stopReason']>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'max_tokens',
  guardrail_intervened: 'refusal',
  content_filtered: 'refusal',
  refusal: 'refusal',
};

export type BedrockOptions = {
  /** A model id, or the id or ARN of an inference profile. */
  readonly model: string;
  /** Endpoint of the Bedrock runtime; defaults to that of the region. */
  readonly url?: string | undefined;
  readonly firstDelayMs?: number;
};

/** `Generator` on Amazon Bedrock's Converse operation, with the credentials of the process. */
export class BedrockGenerator implements Generator {
  readonly #client: BedrockRuntimeClient;
  readonly #model: string;
  readonly #firstDelayMs: number;

  constructor({ model, url, firstDelayMs = 500 }: BedrockOptions) {
    this.#model = model;
    this.#firstDelayMs = firstDelayMs;
    this.#client = new BedrockRuntimeClient({
      ...(url && { endpoint: url }),
      // `withRetry` retries for all providers, and it knows the deadline.
      maxAttempts: 1,
      // The client's default keeps an HTTP/2 session, which breaks when Lambda freezes the function.
      requestHandler: new NodeHttpHandler({ connectionTimeout: 3_000 }),
    });
  }

  async complete({ system, prompt, maxTokens, deadline }: Prompt): Promise<Completion> {
    const command = new ConverseCommand({
      modelId: this.#model,
      system: [{ text: system }],
      messages: [{ role: 'user', content: [{ text: prompt }] }],
      inferenceConfig: { maxTokens },
    });
    return withRetry(deadline, this.#firstDelayMs, async (abortSignal) => {
      const output = await this.#client.send(command, { abortSignal }).catch(fail);
      return toCompletion(this.#model, output);
    });
  }
}

function toCompletion(model: string, { output, stopReason, usage }: ConverseCommandOutput): Completion {
  const content = output?.message?.content;
  if (!Array.isArray(content)) throw new AttemptFailed('the response does not follow the protocol');
  return {
    text: content.map((block) => block.text ?? '').join(''),
    model,
    usage: { inputTokens: usage?.inputTokens ?? null, outputTokens: usage?.outputTokens ?? null },
    stopReason: stopReasons[stopReason ?? ''] ?? 'other',
  };
}

type SdkError = Error & {
  readonly code?: string;
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
};

/** @throws AttemptFailed */
function fail(error: SdkError): never {
  const { statusCode = 0, headers } = error.$response ?? {};
  if (error instanceof BedrockRuntimeServiceException || statusCode >= 300) {
    const kind = /^[A-Za-z]{1,64}Exception$/.test(error.name) ? ` ${error.name}` : '';
    throw new AttemptFailed(`status ${statusCode}${kind}`, {
      retryable: isTransient(statusCode),
      retryAfterMs: retryAfterMs(headers?.['retry-after']),
    });
  }
  if (error.name === 'CredentialsProviderError') throw new AttemptFailed('no AWS credentials');
  if (error instanceof SyntaxError) throw new AttemptFailed('the response does not follow the protocol');
  const code = /^[A-Z_]+$/.test(error.code ?? '') ? ` (${error.code})` : '';
  throw new AttemptFailed(`the connection failed${code}`, { retryable: true });
}
