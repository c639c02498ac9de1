import type { Completion, Generator, Prompt } from '../generator.ts';
import { chosenGenerator, type GeneratorChoice } from '../generators/choice.ts';

/** The language model of one machine. @throws Error where the key would cross a network in the clear */
export function localGenerator(choice: GeneratorChoice, key: string | undefined): Generator {
  return chosenGenerator(choice, key ? async () => key : undefined, (options) => new LateBedrock(options));
}

/** Bedrock under the machine's own AWS credentials. Its client is loaded with the first prompt. */
class LateBedrock implements Generator {
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
