import type { ErrorCode } from '../contract/errors.ts';

/**
 * Errors that the client finds by itself: no answer came, or one that is not the API's; or a sandbox's key is not
 * proven to be one.
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

/** A refusal by the API, or by the client in its place, or no answer of it. Programs read `code`, which is stable; people read `message`. */
export class StrongroomError extends Error {
  override readonly name = 'StrongroomError';
  readonly code: ErrorCode | ClientErrorCode;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** Names the call in the log of the installation. */
  readonly requestId: string | undefined;
  /** Fields of the request that are at fault, and what is wrong with them. */
  readonly details: readonly ErrorDetail[];
  /** Seconds to wait before another try, where the API says so. */
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

/** The error that an answer stands for. Any answer that is not in the API's shape is `UNEXPECTED_ANSWER`. */
export function errorOf(response: Response, body: unknown): StrongroomError {
  const { status, headers } = response;
  const retryAfter = secondsOf(headers.get('retry-after'));
  const requestId = headers.get('x-request-id') ?? undefined;
  if (!isErrorBody(body)) {
    const message = `The answer is not one of Strongroom: status ${status}`;
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
