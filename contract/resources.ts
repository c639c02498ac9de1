/** Names of the resources that `access` in a route record speaks of: tables, signing keys, object prefixes. */

/**
 * Every table of the appliance, and its indexes. Each table has the string keys `pk` and `sk`; an index is
 * named after the attribute that is its partition key, and keeps the table's `sk` as its sort key.
 *
 * The stack makes a DynamoDB table of each; the local appliance, a SQLite table.
 */
export const tables = {
  /** Users by id, and the reservation of each e-mail address. */
  users: { indexes: [] },
  /** Orgs with their plan, storage and what they use of it; the list of them; their users by org. */
  orgs: { indexes: [] },
  /** API keys, administrator keys and tokens, by key id: hashes, never a secret. */
  credentials: { indexes: [] },
  /** Signed-in sessions by user; a JWT is valid while its session is here. */
  sessions: { indexes: [] },
  secrets: { indexes: [] },
  /** A user's list of packages and the lock of what is installed; which users a bundle is in use by. */
  packages: { indexes: [] },
  /** Programs that were handed over: those that run, which the index lists, and those whose results are kept. */
  executions: { indexes: ['running'] },
  /** What users see of their API tokens, by user. */
  tokens: { indexes: [] },
  /** Messages by id and by owner, their ciphertext, and who may have it once more. */
  messages: { indexes: ['owner'] },
  /** Proof-of-work challenges that nobody has solved yet. */
  challenges: { indexes: [] },
  /** Encrypted programs by user: what is known of them, and the digests of their payloads. */
  zkCode: { indexes: [] },
  /** Payloads of encrypted programs, apart from their digests. */
  zkPayloads: { indexes: [] },
  /** Public keys by org and user, and the private ones under the user secret. */
  keys: { indexes: [] },
  /** Values by user and name, encrypted. */
  kv: { indexes: [] },
  /** Files by user, and uploads of files by user: all of them but their content, encrypted. */
  files: { indexes: [] },
  /** Shares of values and files, by what is shared and by recipient. */
  shares: { indexes: [] },
  /** Recovery shares by owner and by trustee, and restores that wait for their owner. */
  recovery: { indexes: ['trustee'] },
  /** Which objects in the object store hold ciphertext that a record names. */
  vaultObjects: { indexes: [] },
  /** Audit entries by actor, by org, of the whole installation, and those that are not in the log yet. */
  audit: { indexes: ['orgId', 'installation', 'unsealed'] },
  /** The log of all audit entries: their hashes in the order in which they were sealed, and its newest checkpoint. */
  auditLog: { indexes: [] },
  /** Counters of the rate limits and of the audit sequence. */
  counters: { indexes: [] },
  /** Answers kept for `Idempotency-Key`, encrypted. */
  idempotency: { indexes: [] },
  /** The sandbox pool: who is ready, who is leased to whom. */
  sandboxes: { indexes: [] },
} as const satisfies Record<string, { indexes: readonly string[] }>;

export type TableName = keyof typeof tables;

/** Keys that sign: ECDSA on P-256 with SHA-256. Their private halves never leave the key store. */
export type SigningKeyName = 'jwt' | 'audit';

/** Prefix in the object store for results of executions. Nothing else is stored under it. */
export const resultsPrefix = 'executions/';
/** Prefix for large responses that are kept for an `Idempotency-Key`. */
export const answersPrefix = 'idempotency/';
/** Prefix for tiles and checkpoints of the audit log. */
export const auditPrefix = 'audit/';
/** Prefix for ciphertext of messages. */
export const messagesPrefix = 'messages/';
/** Prefix for ciphertext of vault values and files. */
export const vaultPrefix = 'vault/';

/** Every prefix under which an operation or a job stores objects. */
export type ObjectPrefix =
  | typeof resultsPrefix
  | typeof answersPrefix
  | typeof auditPrefix
  | typeof messagesPrefix
  | typeof vaultPrefix;

/** Jobs that operations start without waiting for them; see jobs.ts. */
export type BackgroundId = 'jobs.awaitExecution';
