import type { Completion, Generator, Prompt } from '../generator.ts';
import { chosenGenerator, type GeneratorChoice } from '../generators/choice.ts';

/** Returns the language model of one machine. @throws Error if the key would cross a network in plaintext */
export function localGenerator(choice: GeneratorChoice, key: string | undefined): Generator {
  return chosenGenerator(choice, key ? async () => key : undefined, (options) => new LazyBedrock(options));
}

/** Bedrock with the AWS credentials of the machine. The first prompt loads its client. */
class LazyBedrock implements Generator {
  readonly #options: { readonly model: string; readonly url: string | undefined };
  #loaded: Promise<Generator> | undefined;

  constructor(options: { readonly model: string; readonly url: string | undefined }) {
    this.#options = options;
  }

  async complete(prompt: Prompt): Promise<Completion> {
    this.#loaded ??= import('../aws/bedrock-generator.ts').then(
      ({ BedrockGenerator }) => new BedrockGenerator(this.#options),
    );
    return (await this.#loaded).complete(prompt);
  }
}
