import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from './statements.ts';

/** The settings of functions, of which those of the language model are read here. */
export type GeneratorSettings = Readonly<Record<string, string>>;

/** How the language model is reached: not at all, by an endpoint in the network, or across the internet. */
export type GeneratorReach = 'none' | 'endpoint' | 'internet';

/** A deployment that names a model and no provider means Amazon Bedrock, which needs no key and no way out. */
export function withDefaultGenerator(settings: GeneratorSettings): GeneratorSettings {
  if (settings.STRONGROOM_GENERATOR || !settings.STRONGROOM_GENERATOR_MODEL) return settings;
  return { ...settings, STRONGROOM_GENERATOR: 'bedrock' };
}

export function generatorReach({
  STRONGROOM_GENERATOR: provider = 'none',
}: GeneratorSettings): GeneratorReach {
  if (provider === 'none') return 'none';
  return provider === 'bedrock' ? 'endpoint' : 'internet';
}

/** What a function may do that asks the model: that one model, and the secret with its provider's key. */
export function generatorStatements(scope: Construct, settings: GeneratorSettings): PolicyStatement[] {
  const { STRONGROOM_GENERATOR_MODEL: model, STRONGROOM_GENERATOR_KEY_SECRET: secret } = settings;
  return [
    ...(generatorReach(settings) === 'endpoint' && model
      ? [allow(['bedrock:InvokeModel'], modelArns(scope, model))]
      : []),
    ...(secret ? [allow(['secretsmanager:GetSecretValue'], [secret])] : []),
  ];
}

/**
 * ARNs that a call of a model needs ("Prerequisites for inference profiles"): an inference profile, such as
 * `eu.anthropic.…`, passes the call on to its model in whichever of its regions has room.
 */
export function modelArns(scope: Construct, model: string): string[] {
  if (model.startsWith('arn:')) return [model];
  const [, geography, foundation = model] = /^(?:(apac|eu|global|jp|au|us|us-gov)\.)?(.+)$/.exec(model) ?? [];
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string, place: { region?: string; account?: string }) =>
    stack.formatArn({
      service: 'bedrock',
      resource,
      resourceName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      ...place,
    });
  if (!geography) return [arn('foundation-model', model, { account: '' })];
  return [
    arn('inference-profile', model, {}),
    arn('foundation-model', foundation, { account: '', region: '*' }),
  ];
}
