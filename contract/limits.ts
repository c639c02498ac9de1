const KiB = 1024;
const MiB = 1024 * KiB;

/** Every limit of the API, in bytes, characters, seconds or counts. `GET /api` publishes this object unchanged. */
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
  /** How long a request waits for a program before it returns 202 and leaves the execution detached. */
  executionWaitSeconds: 25,
  sandboxWaitSeconds: 10,
  /** How long the result of a detached execution can be fetched after it ended. */
  executionResultSeconds: 24 * 60 * 60,
  /** Maximum duration of one event stream. A client resumes after its last event with another request. */
  eventStreamSeconds: 14 * 60,
  eventHeartbeatSeconds: 15,
  /** Programs of one user that run concurrently, and programs that wait for a free slot. */
  programsAtOnce: { running: 16, waiting: 256 },
  programFiles: { count: 100, bytes: 3.5 * MiB, pathBytes: 1024 },
  /** Files that a program leaves. Up to `bytes` are part of the response; the others are fetched one by one. */
  resultFiles: { count: 20, bytes: 2 * MiB, bytesInAll: 16 * MiB },
  promptBytes: 64 * KiB,
  /** Code generation: the time the model has if the program is also run, and the time for the whole request. */
  generateSeconds: { answerBeforeRun: 20, whole: 27 },
  /** Applies to new payloads only: an existing payload opens with whatever password encrypted it. */
  masterPasswordCharacters: { min: 10, max: 1024 },
  zkCodeNameCharacters: 128,
  zkCodeDescriptionCharacters: 1024,
  zkCodePerUser: 100,
  /** How long a sandbox accepts passwords sealed to its key after the session was created. */
  zkSessionSeconds: 300,
  secretNameCharacters: 128,
  secretValueBytes: 64 * KiB,
  secretDescriptionCharacters: 1024,
  secretsPerUser: 100,
  userSecretCharacters: { min: 12, max: 1024 },
  /** How long a process may cache a key derived from a user secret, and how many keys it may cache. */
  kekCache: { seconds: 300, entries: 1000 },
  kvKeyBytes: 512,
  kvValueBytes: 256 * KiB,
  /** The largest value plus the overhead of sealing; see crypto/vault/committed-aead.ts. */
  sealedValueBytes: 256 * KiB + 82,
  shareAliasBytes: 1024,
  fileNameBytes: 1024,
  contentTypeCharacters: 255,
  /** Maximum size of a file in a request or response body. Larger files are uploaded to and downloaded from the object store. */
  inlineFileBytes: 3.5 * MiB,
  fileBytes: 100 * 1024 * MiB,
  /** Maximum size of a field that the client sealed or wrapped, other than content. */
  sealedFieldBytes: 4 * KiB,
  openUploadsPerUser: 20,
  /** Time to complete an upload, after which it is removed. */
  uploadSeconds: 6 * 24 * 60 * 60,
  /** Parts whose URLs one request can ask for. */
  partUrls: 100,
  /** Lifetime of a signed URL of the object store. */
  objectUrlSeconds: 15 * 60,
  /** Active shares of one value or file. Deleting it deletes them all in one transaction. */
  sharesPerRecord: 45,
  trusteesPerUser: 30,
  /** Maximum size of a recovery share or a restored key, as the client sealed it. */
  recoveryShareBytes: 8 * KiB,
  recoveryHintBytes: 256,
  nameCharacters: 200,
  packages: {
    /** Packages on a user's list. */
    count: 50,
    /** Packages including all dependencies. */
    resolvedCount: 200,
    requirementCharacters: 256,
    buildSeconds: 600,
    wheelBytes: 512 * MiB,
    /** Total size of all wheels of a list. */
    downloadBytes: 768 * MiB,
    unpackedBytes: 2048 * MiB,
    files: 100_000,
  },
  messageBytes: 1 * MiB,
  messageNameCharacters: 200,
  messageAccesses: 1_000_000,
  messageSeconds: 366 * 24 * 60 * 60,
  /** How long an opener may fetch the content again, with the nonce that opened it. */
  messageRepeatSeconds: 60,
  apiTokenNameCharacters: 100,
  apiTokenSeconds: { max: 366 * 24 * 60 * 60, default: 90 * 24 * 60 * 60 },
  apiTokensPerUser: 50,
  challengeSeconds: 10 * 60,
} as const;
