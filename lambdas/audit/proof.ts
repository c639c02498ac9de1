import { audit } from '../contract/audit.ts';
import { inclusionProof } from '../crypto/merkle.ts';
import { ApiError } from '../shared/api-error.ts';
import { auditVerifierKey } from '../shared/audit-checkpoint.ts';
import { widestAuditScope } from '../shared/audit-scope.ts';
import { endpoint } from '../shared/endpoint.ts';
import { toB64 } from '../shared/vault.ts';
import { entryOf, findEntry } from '../stores/audit.ts';
import { getPublished } from '../stores/audit-log.ts';
import { AuditTiles } from '../stores/audit-tiles.ts';

export const handler = endpoint(audit.proof, async ({ params: { id } }, { caller, platform }) => {
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
  const proofB64 = proof.map(toB64);
  const body = { entry: entryOf(stored), leafIndex: leaf, size, proofB64, checkpoint, verifierKey };
  return { status: 200, body };
});
