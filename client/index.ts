import { backoff } from '../contract/backoff.ts';
import type { OperationId } from '../contract/routes.ts';
import { addressOf } from './address.ts';
import { errorOf, isErrorBody, StrongroomError } from './error.ts';
import { operations } from './operations.ts';
import { defaultRetry, type RetryOptions, retryDelay } from './retry.ts';
import type { Arguments, CallOptions, Credential, Operation, ResponseFor } from './types.ts';

export { type ClientErrorCode, type ErrorDetail, StrongroomError } from './error.ts';
export { allOf, entriesOf, pagesOf } from './paging.ts';
export type { RetryOptions } from './retry.ts';
export type { CallOptions, Credential, RequestFor, ResponseFor } from './types.ts';
export type { OperationId };

export type ClientOptions = {
  /** URL of the installation, including a stage or other path prefix. */
  readonly baseUrl: string;
  /** A function is called for each request, for sessions whose token is refreshed. */
  readonly credential?: Credential | (() => Credential | undefined);
  readonly fetch?: typeof fetch;
  readonly retry?: Partial<RetryOptions>;
};

type AnyRequest = CallOptions & {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
};

/** A client of an installation's API. Route records type each operation. Needs only `fetch`. */
export class StrongroomClient {
  readonly #options: ClientOptions;
  readonly #fetch: typeof fetch;
  readonly #retry: RetryOptions;

  /** @throws TypeError if the base URL is not valid */
  constructor(options: ClientOptions) {
    const { protocol, search, hash } = new URL(options.baseUrl);
    if (!/^https?:$/.test(protocol) || search || hash)
      throw new TypeError('baseUrl must be a plain http(s) URL');
    this.#options = options;
    // A browser's fetch must be called on the global object.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#retry = { ...defaultRetry, ...options.retry };
  }

  /** The same installation under another credential, or under none. */
  withCredential(credential: Credential | undefined): StrongroomClient {
    const { credential: _, ...options } = this.#options;
    return new StrongroomClient({ ...options, ...(credential && { credential }) });
  }

  /** The same, with more or less patience. */
  withRetry(retry: Partial<RetryOptions>): StrongroomClient {
    return new StrongroomClient({ ...this.#options, retry: { ...this.#retry, ...retry } });
  }

  /**
   * Calls an operation, again where that is safe and may help.
   *
   * @returns one of the responses that the operation declares
   * @throws StrongroomError for any other response, or if there is no response; the signal's reason if it aborts
   */
  async call<Id extends OperationId>(operationId: Id, ...[request]: Arguments<Id>): Promise<ResponseFor<Id>> {
    const operation = operations[operationId];
    if (!operation) throw new TypeError(`there is no operation ${operationId}`);
    const { params, query, body, signal, idempotencyKey, headers } = (request ?? {}) as AnyRequest;
    const url = addressOf(this.#options.baseUrl, operation.path, params, query);
    const key = operation.creates ? (idempotencyKey ?? randomKey()) : undefined;
    const init = this.#initOf(
      operation,
      body,
      { ...headers, ...(key && { 'Idempotency-Key': key }) },
      signal,
    );
    const repeatable = operation.method !== 'POST' || key !== undefined;
    const { retries, baseMs, maxMs } = this.#retry;
    return backoff(async () => (await this.#once(operation, url, init)) as ResponseFor<Id>, {
      attempts: retries + 1,
      baseMs,
      maxMs,
      delayAfter: (error, jitterMs) => retryDelay(error, repeatable, jitterMs, maxMs),
      signal,
    });
  }

  /**
   * Like `call`, but without retries, and returns the response unread: for operations that stream.
   *
   * @throws StrongroomError if the response is not a success, or if there is no response
   */
  async open<Id extends OperationId>(operationId: Id, ...[request]: Arguments<Id>): Promise<Response> {
    const operation = operations[operationId];
    const { params, query, body, signal, headers } = (request ?? {}) as AnyRequest;
    const url = addressOf(this.#options.baseUrl, operation.path, params, query);
    const response = await this.#fetch(url, this.#initOf(operation, body, headers ?? {}, signal)).catch(
      (cause: unknown) => unanswered(cause, signal),
    );
    if (response.ok) return response;
    throw errorOf(response, parsed(await response.text()));
  }

  #initOf(
    operation: Operation,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): RequestInit {
    const given = this.#options.credential;
    const credential = typeof given === 'function' ? given() : given;
    return {
      method: operation.method,
      // Created here, so that a credential which is not a valid header value is a TypeError, not a network error.
      headers: new Headers({
        ...headers,
        Accept: 'application/json',
        ...(credential && 'apiKey' in credential && { 'X-Api-Key': credential.apiKey }),
        ...(credential && 'token' in credential && { Authorization: `Bearer ${credential.token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
      cache: 'no-store',
      credentials: 'omit',
      // The API never redirects. Following a redirect would send the credential elsewhere.
      redirect: 'error',
    };
  }

  async #once(operation: Operation, url: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    let content: Uint8Array | string;
    try {
      response = await this.#fetch(url, init);
      content = isOf(response, 'application/octet-stream')
        ? new Uint8Array(await response.arrayBuffer())
        : await response.text();
    } catch (cause) {
      unanswered(cause, init.signal);
    }
    const { status, headers } = response;
    const body =
      typeof content === 'string' && isOf(response, 'application/json') ? parsed(content) : content;
    const declared = response.ok || operation.answers?.includes(status);
    if (!declared || isErrorBody(body) || body === undefined) throw errorOf(response, body);
    return { status, body, headers };
  }
}

/** @throws the signal's reason if it has aborted, otherwise StrongroomError NETWORK */
function unanswered(cause: unknown, signal?: AbortSignal | null): never {
  signal?.throwIfAborted();
  throw new StrongroomError('There was no response from Strongroom.', { code: 'NETWORK', cause });
}

function isOf({ headers }: Response, contentType: string): boolean {
  return headers.get('content-type')?.startsWith(contentType) ?? false;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns 128 random bits. Browsers provide `randomUUID` only on HTTPS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
