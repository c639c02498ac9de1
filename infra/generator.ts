import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from './statements.ts';

/** The variables of functions, including those of the language model. */
export type GeneratorSettings = Readonly<Record<string, string>>;

/** How functions reach the language model: not at all, through an endpoint in the network, or over the internet. */
export type GeneratorReach = 'none' | 'endpoint' | 'internet';

/** Chooses Amazon Bedrock for a deployment that names only a model, since it needs neither a key nor the internet. */
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

/** Returns what a function that calls the model may access: that model, and the secret with its provider's key. */
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
 * Returns the ARNs that a call of a model needs ("Prerequisites for inference profiles"): an inference profile, such as
 * `eu.anthropic.…`, forwards the call to its model in one of its regions.
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
