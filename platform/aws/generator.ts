import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Generator } from '../generator.ts';
import { chosenGenerator, type KeySource } from '../generators/choice.ts';
import { BedrockGenerator } from './bedrock-generator.ts';
import { timeouts } from './environment.ts';

/** Returns the language model that a function's environment names. */
export function generator(env: NodeJS.ProcessEnv): Generator {
  const { STRONGROOM_GENERATOR = 'none', STRONGROOM_GENERATOR_MODEL, STRONGROOM_GENERATOR_URL } = env;
  return chosenGenerator(
    { STRONGROOM_GENERATOR, STRONGROOM_GENERATOR_MODEL, STRONGROOM_GENERATOR_URL },
    cachedSecret(env.STRONGROOM_GENERATOR_KEY_SECRET),
    (options) => new BedrockGenerator(options),
  );
}

/** Reads the key from Secrets Manager once per process. A failure is not cached. */
function cachedSecret(arn: string | undefined): KeySource | undefined {
  if (!arn) return undefined;
  let cached: Promise<string | undefined> | undefined;
  return () => {
    cached ??= readSecret(arn).catch((error: unknown) => {
      cached = undefined;
      throw error;
    });
    return cached;
  };
}

async function readSecret(arn: string): Promise<string | undefined> {
  const client = new SecretsManagerClient({ requestHandler: timeouts });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  return SecretString?.trim() || undefined;
}
