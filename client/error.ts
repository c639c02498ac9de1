import type { ErrorCode } from '../contract/errors.ts';

/**
 * Errors that the client detects itself: there was no response, the response is not from the API, or the proof of a
 * sandbox's key is not valid.
 */
export type ClientErrorCode = 'NETWORK' | 'UNEXPECTED_ANSWER' | 'PROOF_REJECTED';

export type ErrorDetail = { readonly path: string; readonly message: string };

type Fields = {
  readonly code: ErrorCode | ClientErrorCode;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly details?: readonly ErrorDetail[] | undefined;
  readonly retryAfter?: number | undefined;
  readonly text?: string | undefined;
  readonly cause?: unknown;
};

/** An error of the API, or one that the client detected itself. Programs read `code`, which is stable; people read `message`. */
export class StrongroomError extends Error {
  override readonly name = 'StrongroomError';
  readonly code: ErrorCode | ClientErrorCode;
  /** HTTP status; undefined if there was no response. */
  readonly status: number | undefined;
  /** Identifies the request in the installation's log. */
  readonly requestId: string | undefined;
  /** The fields of the request that are invalid, and what is wrong with each. */
  readonly details: readonly ErrorDetail[];
  /** Seconds to wait before a retry, if the API says so. */
  readonly retryAfter: number | undefined;
  /** With `NO_CODE_GENERATED`: what the language model wrote instead of a program. */
  readonly text: string | undefined;

  constructor(message: string, { code, status, requestId, details = [], retryAfter, text, cause }: Fields) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.retryAfter = retryAfter;
    this.text = text;
  }
}

/** Returns the error of a response. A response that does not have the API's form is `UNEXPECTED_ANSWER`. */
export function errorOf(response: Response, body: unknown): StrongroomError {
  const { status, headers } = response;
  const retryAfter = secondsOf(headers.get('retry-after'));
  const requestId = headers.get('x-request-id') ?? undefined;
  if (!isErrorBody(body)) {
    const message = `The response is not from Strongroom: status ${status}`;
    return new StrongroomError(message, { code: 'UNEXPECTED_ANSWER', status, requestId, retryAfter });
  }
  const { error, code, details, text } = body;
  return new StrongroomError(error, { code, status, requestId: body.requestId, details, retryAfter, text });
}

type ErrorBody = {
  readonly success: false;
  readonly error: string;
  readonly code: ErrorCode;
  readonly requestId: string;
  readonly details?: readonly ErrorDetail[];
  readonly text?: string;
};

export function isErrorBody(body: unknown): body is ErrorBody {
  const { success, error, code } = (body ?? {}) as Partial<Record<keyof ErrorBody, unknown>>;
  return success === false && typeof error === 'string' && typeof code === 'string';
}

/** `Retry-After` as delta seconds, the only form that the API sends (RFC 9110, section 10.2.3). */
function secondsOf(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}
