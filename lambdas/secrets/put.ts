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
    const [known, all, key] = await Promise.all([
      getSecret(table, caller.userId, name),
      listSecrets(table, caller.userId, { limit: limits.secretsPerUser }),
      newSecretKey(keys, caller, name),
    ]);
    if (!known && all.items.length >= limits.secretsPerUser) throw new ApiError('TOO_MANY_SECRETS');

    const version = (known?.version ?? 0) + 1;
    const secret: Secret = {
      name,
      version,
      description: body.description ?? known?.description ?? '',
      createdAt: known?.createdAt ?? now.toISOString(),
      updatedAt: now.toISOString(),
      lastUsedAt: known?.lastUsedAt ?? null,
      ...key.seal(version, body.value),
    };
    return {
      status: known ? 200 : 201,
      body: secret,
      writes: [putSecret(caller.userId, secret, known)],
      audit: { resource: `secrets/${name}` },
    };
  },
);
