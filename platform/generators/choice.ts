import type { Generator } from '../generator.ts';
import { AnthropicGenerator } from './anthropic.ts';
import type { HttpGeneratorOptions } from './http.ts';
import { OpenAiGenerator } from './openai.ts';

/** The operator's choice, by the variables that `Settings` checks. */
export type GeneratorChoice = {
  readonly STRONGROOM_GENERATOR: string;
  readonly STRONGROOM_GENERATOR_MODEL?: string | undefined;
  readonly STRONGROOM_GENERATOR_URL?: string | undefined;
};

const defaultUrls: Readonly<Record<string, string>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com/v1',
};

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Stands where no model is configured; no operation asks it. */
const none: Generator = {
  complete: () => Promise.reject(new Error('no language model is configured')),
};

/** Where the key of a provider comes from; it is asked for before each call. */
export type KeySource = () => Promise<string | undefined>;

/**
 * @param key where there is one; Bedrock takes none, there the role counts
 * @param bedrock is called only where it is chosen, so that nobody else loads its client
 * @throws Error where the key would cross a network in the clear
 */
export function chosenGenerator(
  choice: GeneratorChoice,
  key: KeySource | undefined,
  bedrock: (options: { readonly model: string; readonly url: string | undefined }) => Generator,
): Generator {
  const { STRONGROOM_GENERATOR: provider, STRONGROOM_GENERATOR_MODEL: model = '' } = choice;
  if (provider === 'bedrock') return bedrock({ model, url: choice.STRONGROOM_GENERATOR_URL });
  const url = choice.STRONGROOM_GENERATOR_URL ?? defaultUrls[provider];
  if (provider === 'none' || !url) return none;
  const { protocol, hostname } = new URL(url);
  if (key && protocol !== 'https:' && !loopback.test(hostname)) {
    throw new Error('STRONGROOM_GENERATOR_URL must be https where a key goes with it');
  }
  const options: HttpGeneratorOptions = { url, model, key: key ?? (async () => undefined) };
  return provider === 'anthropic' ? new AnthropicGenerator(options) : new OpenAiGenerator(options);
}
