import { type ErrorCode, errors } from '../../contract/errors.ts';
import type { AuditNote } from './effects.ts';

export type ErrorDetail = { readonly path: string; readonly message: string };

type Options = {
  /**
   * Replaces the catalogue's sentence with a more specific one. It must not contain anything that the caller sent.
   */
  readonly sentence?: string;
  readonly details?: readonly ErrorDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields that the reference API returns in addition to those of every error, such as `valid: false`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Set for a refusal that belongs in the audit log, such as a failed sign-in. */
  readonly audit?: AuditNote;
  readonly cause?: unknown;
};

/** A refusal that the contract declares, by its code in the error catalogue. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly sentence: string;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly audit: AuditNote | undefined;

  constructor(code: ErrorCode, options: Options = {}) {
    super(code, { cause: options.cause });
    const [status, sentence] = errors[code];
    this.code = code;
    this.status = status;
    this.sentence = options.sentence ?? sentence;
    this.details = options.details;
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
    this.audit = options.audit;
  }
}

/** Returns an `INVALID_REQUEST` error about one field. */
export function invalid(path: string, message: string): ApiError {
  return new ApiError('INVALID_REQUEST', { details: [{ path, message }] });
}
