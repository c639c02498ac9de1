/** Names of the resources that `access` in a route record refers to: tables, signing keys, object prefixes. */

/**
 * Every table of the appliance, and its indexes. Each table has the string keys `pk` and `sk`. An index is named after
 * the attribute that is its partition key, and keeps the table's `sk` as its sort key.
 *
 * The stack creates a DynamoDB table for each; the local appliance creates a SQLite table.
 */
export const tables = {
  /** Users by id, and the reservation of each e-mail address. */
  users: { indexes: [] },
  /** Orgs with their plan, storage and usage; the list of orgs; their users by org. */
  orgs: { indexes: [] },
  /** API keys, administrator keys and tokens, by key id: hashes, never a secret. */
  credentials: { indexes: [] },
  /** Sign-in sessions by user. A JWT is valid while its session is stored. */
  sessions: { indexes: [] },
  secrets: { indexes: [] },
  /** A user's package list and the lock of the installed packages; the users of each bundle. */
  packages: { indexes: [] },
  /** Detached executions: the running ones, which the index lists, and those whose results are kept. */
  executions: { indexes: ['running'] },
  /** API tokens as their users see them, by user. */
  tokens: { indexes: [] },
  /** Messages by id and by owner, their ciphertext, and the nonces that may fetch it again. */
  messages: { indexes: ['owner'] },
  /** Proof-of-work challenges that are not solved yet. */
  challenges: { indexes: [] },
  /** Encrypted programs by user: their metadata and the digests of their payloads. */
  zkCode: { indexes: [] },
  /** Payloads of encrypted programs, kept separately from their digests. */
  zkPayloads: { indexes: [] },
  /** Public keys by org and user, and the private keys encrypted under the user secret. */
  keys: { indexes: [] },
  /** Encrypted values by user and name. */
  kv: { indexes: [] },
  /** Files and uploads by user: everything but the content, encrypted. */
  files: { indexes: [] },
  /** Shares of values and files, by the shared record and by recipient. */
  shares: { indexes: [] },
  /** Recovery shares by owner and by trustee, and pending restores. */
  recovery: { indexes: ['trustee'] },
  /** Objects in the object store whose ciphertext a record refers to. */
  vaultObjects: { indexes: [] },
  /** Audit entries by actor, by org and of the whole installation, and those that are not in the log yet. */
  audit: { indexes: ['orgId', 'installation', 'unsealed'] },
  /** The log of all audit entries: their hashes in the order in which they were sequenced, and the newest checkpoint. */
  auditLog: { indexes: [] },
  /** Counters of rate limits and of the audit sequence. */
  counters: { indexes: [] },
  /** Encrypted responses kept for `Idempotency-Key`. */
  idempotency: { indexes: [] },
  /** The sandbox pool: which sandboxes are ready, and which are leased to whom. */
  sandboxes: { indexes: [] },
} as const satisfies Record<string, { indexes: readonly string[] }>;

export type TableName = keyof typeof tables;

/** Signing keys: ECDSA on P-256 with SHA-256. The private keys never leave the key store. */
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
