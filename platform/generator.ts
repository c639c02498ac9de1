/** What a language model is asked. All of it leaves the installation, so nothing in it may be secret. */
export type Prompt = {
  readonly system: string;
  readonly prompt: string;
  /** Of the answer. */
  readonly maxTokens: number;
  /** Epoch milliseconds. The answer is there before it, retries and the delays between them included. */
  readonly deadline: number;
};

export type Completion = {
  readonly text: string;
  /** The model that answered, by its provider's name for it. */
  readonly model: string;
  /** `null` where the provider does not count. */
  readonly usage: { readonly inputTokens: number | null; readonly outputTokens: number | null };
  /** `max_tokens`: the text is cut; `refusal`: the model, or a filter of its provider, would not answer. */
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

/** The model gave no answer. The message holds nothing of a prompt, an answer or a key, and may be logged. */
export class GeneratorFailed extends Error {
  override readonly name = 'GeneratorFailed';
  /** How many times it was asked. */
  readonly attempts: number;
  /** When the provider said to come back. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, attempts: number, retryAfterSeconds?: number) {
    super(message);
    this.attempts = attempts;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
