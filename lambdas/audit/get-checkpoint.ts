import { audit } from '../../contract/audit.ts';
import { consistencyProof } from '../../crypto/log/merkle.ts';
import { ApiError, invalid } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { getPublished } from '../stores/audit-log.ts';
import { AuditTiles } from '../stores/audit-tiles.ts';
import { auditVerifierKey } from './audit-checkpoint.ts';

export const handler = endpoint(audit.getCheckpoint, async ({ query: { from } }, { platform }) => {
  const { table, objects, keys } = platform;
  const [published, verifierKey] = await Promise.all([getPublished(table), auditVerifierKey(keys)]);
  if (!published) throw new ApiError('NOT_FOUND');
  const { size, checkpoint } = published;
  if (from === undefined) return { status: 200, body: { checkpoint, size, verifierKey } };
  if (from > size) throw invalid('from', `must be at most ${size}, the size of the log`);
  const proof = await consistencyProof(new AuditTiles(objects, size), from, size);
  const consistency = { from, proofB64: proof.map(toBase64) };
  return { status: 200, body: { checkpoint, size, verifierKey, consistency } };
});
