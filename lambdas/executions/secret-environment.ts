import { limits } from '../../contract/limits.ts';
import { invalid } from '../pipeline/api-error.ts';
import { decryptSecret } from '../secrets/secret-value.ts';
import { listSecrets, type Secret } from '../stores/secrets.ts';
import type { ExecutionContext, SecretEnvironment } from './execution-types.ts';

type Choice = 'all' | 'none' | readonly string[];

/** @throws ApiError INVALID_REQUEST if a chosen secret does not exist */
export async function decryptChosenSecrets(
  context: ExecutionContext,
  choice: Choice,
): Promise<SecretEnvironment> {
  if (choice === 'none') return {};
  const { caller, platform } = context;
  const { items } = await listSecrets(platform.table, caller.userId, { limit: limits.secretsPerUser });
  return decryptSecrets(context, chooseSecrets(items, choice));
}

export async function decryptSecrets(
  { caller, platform }: ExecutionContext,
  secrets: readonly Secret[],
): Promise<SecretEnvironment> {
  const decrypt = async (secret: Secret) =>
    [secret.name, await decryptSecret(platform.keys, caller, secret)] as const;
  return Object.fromEntries(await Promise.all(secrets.map(decrypt)));
}

function chooseSecrets(all: readonly Secret[], choice: 'all' | readonly string[]): readonly Secret[] {
  if (choice === 'all') return all;
  const byName = new Map(all.map((secret) => [secret.name, secret]));
  return [...new Set(choice)].map((name) => {
    const secret = byName.get(name);
    if (!secret) throw invalid('secrets', `secret ${name} does not exist`);
    return secret;
  });
}
