import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Generator } from '../generator.ts';
import { chosenGenerator, type KeySource } from '../generators/choice.ts';
import { BedrockGenerator } from './bedrock-generator.ts';
import { patience } from './environment.ts';

/** The language model of a deployment, by the function's environment. */
export function generator(env: NodeJS.ProcessEnv): Generator {
  const { STRONGROOM_GENERATOR = 'none', STRONGROOM_GENERATOR_MODEL, STRONGROOM_GENERATOR_URL } = env;
  return chosenGenerator(
    { STRONGROOM_GENERATOR, STRONGROOM_GENERATOR_MODEL, STRONGROOM_GENERATOR_URL },
    secretOnce(env.STRONGROOM_GENERATOR_KEY_SECRET),
    (options) => new BedrockGenerator(options),
  );
}

/** The key in Secrets Manager, asked for once in a process; a failed ask is not remembered. */
function secretOnce(arn: string | undefined): KeySource | undefined {
  if (!arn) return undefined;
  let asked: Promise<string | undefined> | undefined;
  return () => {
    asked ??= readSecret(arn).catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}

async function readSecret(arn: string): Promise<string | undefined> {
  const client = new SecretsManagerClient({ requestHandler: patience });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  return SecretString?.trim() || undefined;
}
