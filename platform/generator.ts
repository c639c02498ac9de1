/** A request to a language model. All of it leaves the installation, so it must contain no secrets. */
export type Prompt = {
  readonly system: string;
  readonly prompt: string;
  /** Maximum tokens in the response. */
  readonly maxTokens: number;
  /** Epoch milliseconds. The response arrives before this time, retries and the delays between them included. */
  readonly deadline: number;
};

export type Completion = {
  readonly text: string;
  /** The provider's name of the model that responded. */
  readonly model: string;
  /** `null` if the provider does not report it. */
  readonly usage: { readonly inputTokens: number | null; readonly outputTokens: number | null };
  /** `max_tokens`: the text is truncated; `refusal`: the model, or a filter of its provider, refused to respond. */
  readonly stopReason: 'end' | 'max_tokens' | 'refusal' | 'other';
};

/**
 * A language model.
 *
 * @throws GeneratorFailed
 */
export interface Generator {
  complete(prompt: Prompt): Promise<Completion>;
}

/** The model did not respond. The message contains nothing of a prompt, a response or a key, and may be logged. */
export class GeneratorFailed extends Error {
  override readonly name = 'GeneratorFailed';
  /** Number of requests to the provider. */
  readonly attempts: number;
  /** Delay that the provider asked for. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, attempts: number, retryAfterSeconds?: number) {
    super(message);
    this.attempts = attempts;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
