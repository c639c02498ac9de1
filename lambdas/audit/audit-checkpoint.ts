import { checkpointText, parseCheckpointText, type TreeHead } from '../../crypto/log/audit-log.ts';
import { type NoteKey, openNote, signNote, verifierKey } from '../../crypto/log/signed-note.ts';
import type { PublicJwk } from '../../crypto/server/jwk.ts';
import type { Keys } from '../../platform/keys.ts';

/** The audit log's origin, under which each of its keys signs, and these keys. The key that signs now comes first. */
type Log = { readonly origin: string; readonly keys: readonly NoteKey[] };

/** The origin comes from the oldest key, so that it survives a key rotation. */
async function loadLog(keys: Pick<Keys, 'publicKeys'>): Promise<Log> {
  const jwks = await keys.publicKeys('audit');
  const oldest = jwks.at(-1);
  if (!oldest) throw new Error('no key signs the audit log');
  const origin = `strongroom.audit/${oldest.kid}`;
  return { origin, keys: jwks.map((jwk) => ({ name: origin, point: pointOf(jwk) })) };
}

function pointOf({ x, y }: PublicJwk): Uint8Array {
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

/** Returns a signed checkpoint (https://c2sp.org/tlog-checkpoint). */
export async function signCheckpoint(keys: Keys, head: TreeHead): Promise<string> {
  const { origin, keys: noteKeys } = await loadLog(keys);
  return signNote(noteKeys[0] as NoteKey, checkpointText(origin, head), (data) => keys.sign('audit', data));
}

/** Returns the tree head of a checkpoint if this installation has signed it, else `undefined`. */
export async function openCheckpoint(
  keys: Pick<Keys, 'publicKeys'>,
  note: string,
): Promise<TreeHead | undefined> {
  const { origin, keys: noteKeys } = await loadLog(keys);
  const text = openNote(noteKeys, note);
  return text === undefined ? undefined : parseCheckpointText(origin, text);
}

/** Returns the key that verifies checkpoints: the one of the key that signs now. */
export async function auditVerifierKey(keys: Pick<Keys, 'publicKeys'>): Promise<string> {
  return verifierKey((await loadLog(keys)).keys[0] as NoteKey);
}
