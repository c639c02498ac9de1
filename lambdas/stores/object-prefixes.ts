/** Below it lie the results of executions and nothing else. */
export const resultsPrefix = 'executions/';

/** Below it lie large answers that are kept for an `Idempotency-Key`, and nothing else. */
export const answersPrefix = 'idempotency/';

/** Below it lie the tiles and checkpoints of the audit log, and nothing else. */
export const auditPrefix = 'audit/';
