const KiB = 1024;
const MiB = 1024 * KiB;

/** Every limit of the API, in bytes, characters, seconds or counts. `GET /api` publishes them as they stand. */
export const limits = {
  inlineBodyBytes: 5 * MiB,
  emailCharacters: 254,
  passwordCharacters: { min: 10, max: 1024 },
  pageEntries: { max: 100, default: 50 },
  idempotencyKeyCharacters: 255,
  idempotencySeconds: 24 * 60 * 60,
  tokenSeconds: 60 * 60,
  codeBytes: 256 * KiB,
  stdinBytes: 1 * MiB,
  outputBytes: 256 * KiB,
  args: { count: 64, bytes: 16 * KiB },
  timeoutSeconds: { min: 1, max: 900, default: 30 },
  /** How long a call waits for a program before it hands over to `GET /api/v1/executions/{id}`. */
  executionWaitSeconds: 25,
  sandboxWaitSeconds: 10,
  secretNameCharacters: 128,
  secretValueBytes: 64 * KiB,
  secretDescriptionCharacters: 1024,
  secretsPerUser: 100,
  messageBytes: 1 * MiB,
  messageNameCharacters: 200,
  messageAccesses: 1_000_000,
  messageSeconds: 366 * 24 * 60 * 60,
  /** How long an opener may fetch the content once more, by the nonce that it was opened with. */
  messageRepeatSeconds: 60,
  apiTokenNameCharacters: 100,
  apiTokenSeconds: { max: 366 * 24 * 60 * 60, default: 90 * 24 * 60 * 60 },
  apiTokensPerUser: 50,
  challengeSeconds: 10 * 60,
} as const;
