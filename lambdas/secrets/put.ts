import { limits } from '../../contract/limits.ts';
import { secrets } from '../../contract/secrets.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getSecret, listSecrets, putSecret, type Secret } from '../stores/secrets.ts';
import { newSecretKey } from './secret-value.ts';

export const handler = endpoint(
  secrets.put,
  async ({ params: { name }, body }, { caller, platform, now }) => {
    const { table, keys } = platform;
    const [existing, all, key] = await Promise.all([
      getSecret(table, caller.userId, name),
      listSecrets(table, caller.userId, { limit: limits.secretsPerUser }),
      newSecretKey(keys, caller, name),
    ]);
    if (!existing && all.items.length >= limits.secretsPerUser) throw new ApiError('TOO_MANY_SECRETS');

    const version = (existing?.version ?? 0) + 1;
    const secret: Secret = {
      name,
      version,
      description: body.description ?? existing?.description ?? '',
      createdAt: existing?.createdAt ?? now.toISOString(),
      updatedAt: now.toISOString(),
      lastUsedAt: existing?.lastUsedAt ?? null,
      ...key.seal(version, body.value),
    };
    return {
      status: existing ? 200 : 201,
      body: secret,
      writes: [putSecret(caller.userId, secret, existing)],
      audit: { resource: `secrets/${name}` },
    };
  },
);
