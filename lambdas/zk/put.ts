import { limits } from '../../contract/limits.ts';
import { zk } from '../../contract/zk.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getCode, listCode, putCode, type ZkCode } from '../stores/zk-code.ts';
import { storedPayload } from './zk-code.ts';

export const handler = endpoint(zk.put, async ({ params: { name }, body }, { caller, platform, now }) => {
  const { table } = platform;
  const [existing, all] = await Promise.all([
    getCode(table, caller.userId, name),
    listCode(table, caller.userId, { limit: limits.zkCodePerUser }),
  ]);
  if (!existing && all.items.length >= limits.zkCodePerUser) throw new ApiError('TOO_MANY_PROGRAMS');

  const version = (existing?.version ?? 0) + 1;
  const { sha256, ...payload } = storedPayload(body.encryptedPayload, version);
  const code: ZkCode = {
    name,
    version,
    language: body.language,
    description: body.description ?? existing?.description ?? '',
    sizeBytes: payload.ciphertext.length,
    sha256,
    createdAt: existing?.createdAt ?? now.toISOString(),
    updatedAt: now.toISOString(),
  };
  return {
    status: existing ? 200 : 201,
    body: code,
    writes: putCode(caller.userId, code, payload, existing),
    audit: { resource: `zk/code/${name}` },
  };
});
