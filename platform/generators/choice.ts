import type { Generator } from '../generator.ts';
import { AnthropicGenerator } from './anthropic.ts';
import type { HttpGeneratorOptions } from './http.ts';
import { OpenAiGenerator } from './openai.ts';

/** The variables with which the operator chooses a model; `Settings` checks them. */
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

/** Placeholder if no model is configured; no operation uses it. */
const noGenerator: Generator = {
  complete: () => Promise.reject(new Error('no language model is configured')),
};

/** Returns the key for a provider. Called before each request. */
export type KeySource = () => Promise<string | undefined>;

/**
 * Returns the model that the operator chose.
 *
 * @param key undefined for a provider without a key; Bedrock uses the role instead
 * @param bedrock called only if Bedrock is chosen, so that its client is not loaded otherwise
 * @throws Error if the key would cross a network in plaintext
 */
export function chosenGenerator(
  choice: GeneratorChoice,
  key: KeySource | undefined,
  bedrock: (options: { readonly model: string; readonly url: string | undefined }) => Generator,
): Generator {
  const { STRONGROOM_GENERATOR: provider, STRONGROOM_GENERATOR_MODEL: model = '' } = choice;
  if (provider === 'bedrock') return bedrock({ model, url: choice.STRONGROOM_GENERATOR_URL });
  const url = choice.STRONGROOM_GENERATOR_URL ?? defaultUrls[provider];
  if (provider === 'none' || !url) return noGenerator;
  const { protocol, hostname } = new URL(url);
  if (key && protocol !== 'https:' && !loopback.test(hostname)) {
    throw new Error('STRONGROOM_GENERATOR_URL must use https when a key is set');
  }
  const options: HttpGeneratorOptions = { url, model, key: key ?? (async () => undefined) };
  return provider === 'anthropic' ? new AnthropicGenerator(options) : new OpenAiGenerator(options);
}
