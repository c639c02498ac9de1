import { audit } from '../../contract/audit.ts';
import { inclusionProof } from '../../crypto/log/merkle.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { toBase64 } from '../pipeline/base64.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { entryOf, findEntry } from '../stores/audit.ts';
import { getPublished } from '../stores/audit-log.ts';
import { AuditTiles } from '../stores/audit-tiles.ts';
import { auditVerifierKey } from './audit-checkpoint.ts';
import { widestAuditScope } from './audit-scope.ts';

export const handler = endpoint(audit.getProof, async ({ params: { id } }, { caller, platform }) => {
  const { table, objects, keys } = platform;
  const [stored, published, verifierKey] = await Promise.all([
    findEntry(table, widestAuditScope(caller), id),
    getPublished(table),
    auditVerifierKey(keys),
  ]);
  if (!stored) throw new ApiError('NOT_FOUND');
  const { leaf } = stored;
  if (leaf === undefined || !published || leaf >= published.size) {
    throw new ApiError('NOT_SEALED_YET', { headers: { 'Retry-After': '60' } });
  }
  const { size, checkpoint } = published;
  const proof = await inclusionProof(new AuditTiles(objects, size), leaf, size);
  const proofB64 = proof.map(toBase64);
  const body = { entry: entryOf(stored), leafIndex: leaf, size, proofB64, checkpoint, verifierKey };
  return { status: 200, body };
});
