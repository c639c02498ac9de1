import type { RouteRecord } from '../../contract/define-route.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import type { Platform } from '../../platform/platform.ts';
import { ConditionFailed } from '../../platform/table.ts';
import { addAuditEntry } from '../stores/audit.ts';
import type { Admission } from './admission.ts';
import { ApiError } from './api-error.ts';
import { ownerOf } from './caller.ts';
import type { AuditNote, Effect, Effects } from './effects.ts';
import type { ParsedRequest } from './request.ts';

/** Another request changed an item that a write depends on. The operation must run again on the current state. */
export class WriteConflict extends Error {
  override readonly name = 'WriteConflict';
}

/**
 * Commits the writes of a result and its audit entry in one transaction.
 *
 * @throws ApiError if the write whose condition failed names an error as `onConflict`
 * @throws WriteConflict if it names none
 */
export async function commit(
  route: RouteRecord,
  { table }: Platform,
  request: ParsedRequest,
  admission: Admission,
  { writes = [], audit }: Effects,
): Promise<void> {
  const effects: Effect[] = [...writes];
  if (audit) effects.push(auditEntry(route, request, admission, audit));
  if (effects.length === 0) return;
  try {
    await table.transact(effects.map(({ onConflict, ...write }) => write));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const code = effects[error.index]?.onConflict;
    throw code
      ? new ApiError(code, { cause: error, audit: audit && { ...audit, outcome: 'refused' } })
      : new WriteConflict();
  }
}

function auditEntry(
  route: RouteRecord,
  request: ParsedRequest,
  { caller, sequence }: Admission,
  note: AuditNote,
) {
  if (!route.audit || sequence === undefined)
    throw new Error(`${route.operationId} declares no audit action`);
  const user = caller && caller.kind !== 'administrator' ? caller : note.actor;
  const email = user?.email ?? undefined;
  const owner = note.owner ?? user;
  return addAuditEntry(
    {
      id: uuidv7(request.now.getTime()),
      sequence,
      time: request.now.toISOString(),
      actor: {
        userId: user?.userId ?? (caller ? 'administrator' : null),
        ...(email && { email }),
        keyId: caller?.credential.id ?? null,
      },
      action: route.audit,
      resource: note.resource,
      outcome: note.outcome ?? 'success',
      ip: request.address,
      userAgent: request.userAgent,
      requestId: request.requestId,
    },
    owner ? `user#${owner.userId}` : ownerOf(caller),
    owner?.orgId,
  );
}
