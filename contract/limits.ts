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
  /** How long the result of a program that was handed over can be fetched after its end. */
  executionResultSeconds: 24 * 60 * 60,
  /** One stream of events; a client goes on from its last one by another call. */
  eventStreamSeconds: 14 * 60,
  eventHeartbeatSeconds: 15,
  /** Of one user: programs that run at a time, and programs that wait for their turn. */
  programsAtOnce: { running: 16, waiting: 256 },
  programFiles: { count: 100, bytes: 3.5 * MiB, pathBytes: 1024 },
  /** Files that a program leaves: `bytes` come with the answer, those beyond are fetched one by one. */
  resultFiles: { count: 20, bytes: 2 * MiB, bytesInAll: 16 * MiB },
  promptBytes: 64 * KiB,
  /** A call that generates: how long the model has where the program is run too, and all in all. */
  generateSeconds: { answerBeforeRun: 20, whole: 27 },
  /** Of what is encrypted anew; a payload that is there opens with any password that it was made with. */
  masterPasswordCharacters: { min: 10, max: 1024 },
  zkCodeNameCharacters: 128,
  zkCodeDescriptionCharacters: 1024,
  zkCodePerUser: 100,
  /** How long a password may be sealed to a sandbox's key after the key was handed out. */
  zkSessionSeconds: 300,
  secretNameCharacters: 128,
  secretValueBytes: 64 * KiB,
  secretDescriptionCharacters: 1024,
  secretsPerUser: 100,
  userSecretCharacters: { min: 12, max: 1024 },
  /** How long a process may keep the key that a user secret gives, and how many of them. */
  kekCache: { seconds: 300, entries: 1000 },
  kvKeyBytes: 512,
  kvValueBytes: 256 * KiB,
  /** The largest value with what sealing adds to it; see crypto/committed-aead.ts. */
  sealedValueBytes: 256 * KiB + 82,
  shareAliasBytes: 1024,
  fileNameBytes: 1024,
  contentTypeCharacters: 255,
  /** Of a file that is sent and answered in one piece; larger ones go to the object store and come from it directly. */
  inlineFileBytes: 3.5 * MiB,
  fileBytes: 100 * 1024 * MiB,
  /** Of what a client has sealed or wrapped itself, apart from a content. */
  sealedFieldBytes: 4 * KiB,
  openUploadsPerUser: 20,
  /** From the begin of an upload to its completion. What is not completed by then is removed. */
  uploadSeconds: 6 * 24 * 60 * 60,
  /** Parts whose URLs are asked for in one call. */
  partUrls: 100,
  /** How long a URL is good for that leads to the object store. */
  objectUrlSeconds: 15 * 60,
  /** Active shares of one value or file: it is deleted with all of them in one transaction. */
  sharesPerRecord: 45,
  trusteesPerUser: 30,
  /** Of a key share, or a restored key, as a client has sealed it. */
  recoveryShareBytes: 8 * KiB,
  recoveryHintBytes: 256,
  nameCharacters: 200,
  packages: {
    /** On a user's list. */
    count: 50,
    /** With all that they need. */
    resolvedCount: 200,
    requirementCharacters: 256,
    buildSeconds: 600,
    wheelBytes: 512 * MiB,
    /** Of all wheels of a list. */
    downloadBytes: 768 * MiB,
    unpackedBytes: 2048 * MiB,
    files: 100_000,
  },
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
