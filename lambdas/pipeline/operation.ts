import type { Readable } from 'node:stream';
import type { RequestOf, ResponseOf, RouteRecord } from '../../contract/define-route.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Settings } from '../../platform/settings.ts';
import type { AdministratorCaller, TokenCaller, UserCaller } from './caller.ts';
import type { Effects } from './effects.ts';

/** A route that names a scope takes API tokens too. */
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

/** What an operation works with beside the request itself. */
export type Context<R extends RouteRecord = RouteRecord> = {
  readonly caller: CallerOf<R>;
  readonly platform: Platform;
  readonly settings: Settings;
  readonly now: Date;
  readonly requestId: string;
  /** The request's headers, by their lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Under which callers reach this installation, such as `https://strongroom.example.com`. */
  readonly baseUrl: string;
  /**
   * Resolves once the caller is admitted, and rejects if the caller is refused. Ports and `commit` wait for it
   * themselves; so do the helpers that derive keys from passwords and user secrets. No handler needs it.
   */
  readonly admitted: () => Promise<void>;
  /**
   * Commits effects before the answer, for an operation that acts on something beside the table, such as a
   * sandbox: what it is about to do is on record before it is done.
   */
  readonly commit: (effects: Effects) => Promise<void>;
};

/**
 * An operation: from a request to an answer, its changes among it. It writes nothing itself, so it may run
 * again where a change met another one. Where the route names an audit action, the answer (or the error)
 * carries the note, or the operation has committed one.
 */
export type Operation<R extends RouteRecord> = (
  request: RequestOf<R>,
  context: Context<R>,
) => Promise<ResponseOf<R> & Effects>;

/** An operation that answers a stream. */
export type StreamOperation<R extends RouteRecord> = (
  request: RequestOf<R>,
  context: Context<R>,
) => Promise<Omit<ResponseOf<R>, 'body'> & { readonly body: Readable } & Effects>;

/** Any answer, as the pipeline sees it. */
export type OperationResult = Effects & {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
