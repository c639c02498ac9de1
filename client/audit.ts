import { fromBase64, toBase64 } from '../crypto/encoding/base64.ts';
import { entryHash, parseCheckpointText, type TreeHead } from '../crypto/log/audit-log.ts';
import { verifyConsistency, verifyInclusion } from '../crypto/log/merkle.ts';
import { type NoteKey, openNote, parseVerifierKey } from '../crypto/log/signed-note.ts';
import { type CallOptions, type ResponseFor, type StrongroomClient, StrongroomError } from './index.ts';

export type AuditEntry = ResponseFor<'audit.list'>['body']['entries'][number];

/** The verified state of an installation's audit log. Store it, and pass it to the next verification. */
export type KnownLog = {
  /** The key that signs the log. */
  readonly verifierKey: string;
  /** The newest verified checkpoint. */
  readonly checkpoint: string;
};

/**
 * - `WRONG_KEY`: the log is signed by another key than the known one, or by none.
 * - `BAD_SIGNATURE`: the checkpoint is not signed by the key.
 * - `FORKED`: the log does not continue the known log: entries were changed, omitted or removed.
 * - `NOT_IN_LOG`: the entry is not the one in the log.
 */
export type AuditFault = 'WRONG_KEY' | 'BAD_SIGNATURE' | 'FORKED' | 'NOT_IN_LOG';

const messages: Readonly<Record<AuditFault, string>> = {
  WRONG_KEY: 'The audit log is signed by a different key than before.',
  BAD_SIGNATURE: 'The checkpoint of the audit log is not signed by its key.',
  FORKED: 'The audit log does not continue the known log.',
  NOT_IN_LOG: 'The entry is not the one in the audit log.',
};

export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code: AuditFault;

  constructor(code: AuditFault) {
    super(messages[code]);
    this.code = code;
  }
}

/**
 * Fetches the newest checkpoint and verifies that it continues the known log. Without a known log it trusts the key that
 * the installation names: compare that key once with what an administrator tells you.
 *
 * @returns the state to store
 * @throws AuditError @throws StrongroomError NOT_FOUND if the log has no entries yet
 */
export async function verifyAuditLog(
  client: StrongroomClient,
  known?: KnownLog,
  options: CallOptions = {},
): Promise<KnownLog & { readonly size: number }> {
  const from = known && headOf(keyOf(known.verifierKey), known.checkpoint).size;
  const { body } = await client
    .call('audit.getCheckpoint', { ...options, query: { from } })
    .catch((error) => {
      // The API refuses this request only if the known log is longer than the newest one.
      const isShorter = error instanceof StrongroomError && error.code === 'INVALID_REQUEST';
      throw isShorter ? new AuditError('FORKED') : error;
    });
  return verifiedCheckpoint(body, known);
}

type AuditCheckpoint = ResponseFor<'audit.getCheckpoint'>['body'];

/** As `verifyAuditLog`, for an answer of `GET /api/v1/audit/checkpoint` that was fetched with `from`. @throws AuditError */
export function verifiedCheckpoint(
  { verifierKey, checkpoint, consistency }: AuditCheckpoint,
  known?: KnownLog,
): KnownLog & { readonly size: number } {
  if (known && known.verifierKey !== verifierKey) throw new AuditError('WRONG_KEY');
  const key = keyOf(verifierKey);
  const head = headOf(key, checkpoint);
  if (known) {
    const before = headOf(key, known.checkpoint);
    const proof = hashesOf(consistency?.proofB64);
    const spans = { from: before.size, to: head.size, proof };
    if (!verifyConsistency(spans, before.root, head.root)) throw new AuditError('FORKED');
  }
  return { verifierKey, checkpoint, size: head.size };
}

export type AuditProof = ResponseFor<'audit.getProof'>['body'];

/**
 * Verifies that an entry is in the log, as it is shown.
 *
 * @param entry as the caller has it, from a list or a file of their own
 * @param proof answer of `GET /api/v1/audit/{id}/proof`; good only together with a `verifierKey` that is known
 * @throws AuditError
 */
export function verifyEntry(
  entry: AuditEntry,
  proof: AuditProof,
  { verifierKey }: Pick<KnownLog, 'verifierKey'>,
): void {
  const { size, root } = headOf(keyOf(verifierKey), proof.checkpoint);
  const path = { leaf: proof.leafIndex, size, proof: hashesOf(proof.proofB64) };
  const isSealed = verifyInclusion(path, entryHash(entry), root);
  if (!isSealed) throw new AuditError('NOT_IN_LOG');
}

export type VerifyOptions = Pick<CallOptions, 'signal'> & {
  /** How many entries were looked at, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
};

/**
 * Fetches the proof of each entry and verifies it, and that what the proofs lead to is the log that was verified. Entries
 * that are not sealed yet are counted apart.
 *
 * @param log as `verifyAuditLog` gave it
 * @throws AuditError for the first that is not in the log as it is shown, and where the proofs are of another log
 * @throws StrongroomError
 */
export async function verifyEntries(
  client: StrongroomClient,
  entries: readonly AuditEntry[],
  log: KnownLog,
  { onProgress, ...options }: VerifyOptions = {},
): Promise<{ readonly verified: number; readonly waiting: number }> {
  let [verified, waiting] = [0, 0];
  const checkpoints = new Set([log.checkpoint]);
  for (const entry of entries) {
    try {
      const { body } = await client.call('audit.getProof', { ...options, params: { id: entry.id } });
      verifyEntry(entry, body, log);
      checkpoints.add(body.checkpoint);
      verified += 1;
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.code !== 'NOT_SEALED_YET') throw error;
      waiting += 1;
    }
    onProgress?.(verified + waiting, entries.length);
  }
  await requireOneLog(client, log, checkpoints, options);
  return { verified, waiting };
}

/** The log may grow while it is looked at, but not each time. */
const looks = 5;

/**
 * Each of the checkpoints is continued by one and the same head: a server that signs two logs, and shows the one and proves
 * by the other, is found out.
 *
 * @throws AuditError FORKED
 */
async function requireOneLog(
  client: StrongroomClient,
  { verifierKey }: KnownLog,
  checkpoints: ReadonlySet<string>,
  options: CallOptions,
): Promise<void> {
  for (let look = 0; checkpoints.size > 1 && look < looks; look++) {
    const heads = new Set<string>();
    for (const checkpoint of checkpoints) {
      const newest = await verifyAuditLog(client, { verifierKey, checkpoint }, options);
      const { size, root } = headOf(keyOf(verifierKey), newest.checkpoint);
      heads.add(`${size} ${toBase64(root)}`);
    }
    if (heads.size === 1) return;
  }
  if (checkpoints.size > 1) throw new AuditError('FORKED');
}

function keyOf(verifierKey: string): NoteKey {
  const key = parseVerifierKey(verifierKey);
  if (!key) throw new AuditError('WRONG_KEY');
  return key;
}

/** The name of the key is the origin of its log. */
function headOf(key: NoteKey, checkpoint: string): TreeHead {
  const text = openNote([key], checkpoint);
  const head = text === undefined ? undefined : parseCheckpointText(key.name, text);
  if (!head) throw new AuditError('BAD_SIGNATURE');
  return head;
}

function hashesOf(proofB64: readonly string[] = []): Uint8Array[] {
  return proofB64.map((hash) => fromBase64(hash) ?? new Uint8Array());
}
