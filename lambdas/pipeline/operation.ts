import type { Readable } from 'node:stream';
import type { RequestOf, ResponseOf, RouteRecord } from '../../contract/define-route.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Settings } from '../../platform/settings.ts';
import type { AdministratorCaller, TokenCaller, UserCaller } from './caller.ts';
import type { Effects } from './effects.ts';

/** A route that names a scope accepts API tokens as well. */
type TokenOf<R extends RouteRecord> = R extends { readonly scope: string } ? TokenCaller : never;

type CallerOf<R extends RouteRecord> = R['auth'] extends 'user'
  ? UserCaller | TokenOf<R>
  : R['auth'] extends 'any'
    ? UserCaller | AdministratorCaller | TokenOf<R>
    : R['auth'] extends 'optional'
      ? UserCaller | TokenOf<R> | undefined
      : R['auth'] extends 'administrator'
        ? AdministratorCaller
        : undefined;

/** What an operation gets in addition to the request. */
export type Context<R extends RouteRecord = RouteRecord> = {
  readonly caller: CallerOf<R>;
  readonly platform: Platform;
  readonly settings: Settings;
  readonly now: Date;
  readonly requestId: string;
  /** The request's headers by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** URL under which callers reach this installation, such as `https://strongroom.example.com`. */
  readonly baseUrl: string;
  /**
   * Resolves once the caller is admitted, and rejects if the caller is refused. Ports and `commit` wait for it by
   * themselves, and so do the helpers that stretch passwords and user secrets. No handler needs it.
   */
  readonly admitted: () => Promise<void>;
  /**
   * Commits effects before the response. An operation that acts on something other than the table, such as a sandbox,
   * uses it to record what it is about to do.
   */
  readonly commit: (effects: Effects) => Promise<void>;
};

/**
 * An operation maps a request to a response and its effects. It writes to no table itself, so it can run again after
 * a write conflict. If the route names an audit action, the result or the error carries the audit note, or the
 * operation has committed one.
 */
export type Operation<R extends RouteRecord> = (
  request: RequestOf<R>,
  context: Context<R>,
) => Promise<ResponseOf<R> & Effects>;

/** An operation that responds with a stream. */
export type StreamOperation<R extends RouteRecord> = (
  request: RequestOf<R>,
  context: Context<R>,
) => Promise<Omit<ResponseOf<R>, 'body'> & { readonly body: Readable } & Effects>;

/** Any result, as the pipeline sees it. */
export type OperationResult = Effects & {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
