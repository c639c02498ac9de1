/**
 * Every error that the API answers: its stable code, its status and the sentence that a person reads.
 * Codes are never renamed; sentences may be.
 */
export const errors = {
  INVALID_REQUEST: [400, 'The request is not valid.'],
  MALFORMED_JSON: [400, 'The body is not valid JSON.'],
  INVALID_CURSOR: [400, 'The cursor is not one that this list has given out.'],
  TAMPERED_PAYLOAD: [400, 'The encrypted payload is not the one that was stored, or holds no program.'],
  SEALED_PASSWORD_REJECTED: [
    400,
    'The password was not sealed to this sandbox for this program and session, or was used before.',
  ],
  KEYS_REQUIRED: [400, 'There are no key pairs yet: make them by POST /v1/keys/generate.'],
  RECIPIENT_KEYS_REQUIRED: [400, 'The recipient has made no key pairs yet.'],
  TAMPERED: [400, 'What is stored was altered, or belongs elsewhere; it does not open.'],
  PLAN_LIMIT_REACHED: [400, 'The plan of the org does not allow more.'],
  STORAGE_NOT_CONFIGURED: [400, 'The org has no storage for files.'],
  UNAUTHENTICATED: [401, 'Authentication is required: send a valid X-Api-Key or Authorization header.'],
  INVALID_CREDENTIALS: [401, 'The e-mail address or the password is wrong.'],
  WRONG_MASTER_PASSWORD: [401, 'The master password does not open this program.'],
  USER_SECRET_REQUIRED: [401, 'This call needs the user secret in the X-User-Secret header.'],
  WRONG_USER_SECRET: [401, 'The user secret is wrong.'],
  REGISTRATION_CLOSED: [403, 'Registration is closed; ask an administrator for an account.'],
  FORBIDDEN: [403, 'This credential may not do that.'],
  SHARE_NOT_DECRYPTABLE: [403, 'The share is there, but the caller’s keys do not open it.'],
  NOT_FOUND: [404, 'There is nothing here.'],
  METHOD_NOT_ALLOWED: [405, 'This path does not take this method.'],
  EMAIL_TAKEN: [409, 'This e-mail address is registered already.'],
  KEYS_EXIST: [409, 'There are key pairs already.'],
  SHARE_EXISTS: [409, 'This is shared with the recipient already.'],
  TOO_MANY_SHARES: [409, 'The limit of shares is reached; revoke one first.'],
  IDEMPOTENCY_KEY_REUSED: [409, 'This Idempotency-Key was sent before with another request.'],
  IDEMPOTENCY_IN_PROGRESS: [409, 'The first request with this Idempotency-Key is still being answered.'],
  CONFLICT: [409, 'Others changed this at the same time; try again.'],
  TOO_MANY_SECRETS: [409, 'The limit of secrets is reached; delete one first.'],
  TOO_MANY_PROGRAMS: [409, 'The limit of encrypted programs is reached; delete one first.'],
  SESSION_ENDED: [409, 'This session has ended, or its sandbox has; open another one.'],
  PAYLOAD_TOO_LARGE: [413, 'The body is too large.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body must be sent as application/json.'],
  NO_CODE_GENERATED: [422, 'The language model’s answer holds no program that can be used.'],
  RATE_LIMITED: [429, 'Too many requests; wait and try again.'],
  INTERNAL: [500, 'Something went wrong on our side.'],
  GENERATOR_FAILED: [502, 'The language model gave no answer; try again.'],
  UNAVAILABLE: [503, 'A part of the service is not available.'],
  NO_SANDBOX_FREE: [503, 'No sandbox is free; try again soon.'],
  SANDBOX_UNAVAILABLE: [503, 'This installation cannot run code.'],
  GENERATOR_NOT_CONFIGURED: [
    503,
    'No language model is configured: set STRONGROOM_GENERATOR to bedrock, anthropic or openai, and ' +
      'STRONGROOM_GENERATOR_MODEL to the name of a model.',
  ],
  TIMEOUT: [504, 'The answer took too long; what was asked for may have been done all the same.'],
} as const satisfies Record<string, readonly [status: number, sentence: string]>;

export type ErrorCode = keyof typeof errors;
