import type { z } from 'zod';
import type { OperationId, RouteById } from '../contract/routes.ts';

/** What the client knows about an operation at run time. */
export type Operation = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** Supports `Idempotency-Key`. */
  readonly creates?: true;
  /** Statuses other than 2xx that are not errors. */
  readonly answers?: readonly number[];
};

/** An API key, sent as `X-Api-Key`, or a JWT or API token, sent as `Authorization: Bearer`. */
export type Credential = { readonly apiKey: string } | { readonly token: string };

/** The schema's input decides what is optional in a request; its output decides the types. */
type Query<S extends z.ZodType> = {
  readonly [Name in keyof z.input<S>]: Name extends keyof z.output<S> ? z.output<S>[Name] : never;
};

type Values<Part, S extends z.ZodType> = Part extends 'query' ? Query<S> : z.input<S>;

type Part = 'params' | 'query' | 'body';

type SchemaOf<R, P extends Part> = R extends { readonly [Name in P]: infer S extends z.ZodType } ? S : never;

type ValueOf<R, P extends Part> = [SchemaOf<R, P>] extends [never] ? undefined : Values<P, SchemaOf<R, P>>;

/** A part is optional if the route has none, or if nothing in it is required. */
type MayBeLeftOut<R, P extends Part> = [SchemaOf<R, P>] extends [never]
  ? true
  : Record<never, never> extends ValueOf<R, P>
    ? true
    : false;

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** For operations that create something. Default: a new key for each call. Store it to retry after a restart. */
  readonly idempotencyKey?: string;
  /** Headers that the operation's route declares, such as `X-Delete-Token`. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** The request of an operation. */
export type RequestFor<Id extends OperationId> = {
  readonly [P in Part as MayBeLeftOut<RouteById<Id>, P> extends true ? never : P]: ValueOf<RouteById<Id>, P>;
} & {
  readonly [P in Part as MayBeLeftOut<RouteById<Id>, P> extends true ? P : never]?: ValueOf<RouteById<Id>, P>;
} & CallOptions;

type Answers<R> = R extends { readonly responses: infer Responses }
  ? {
      [S in keyof Responses & number]: Responses[S] extends { readonly body: infer B extends z.ZodType }
        ? { readonly status: S; readonly body: z.output<B>; readonly headers: Headers }
        : never;
    }[keyof Responses & number]
  : never;

/** The responses that an operation declares, discriminated by `status`. */
export type ResponseFor<Id extends OperationId> = Answers<RouteById<Id>>;

/** The request is optional if nothing in it is required. */
export type Arguments<Id extends OperationId> =
  Record<never, never> extends RequestFor<Id> ? [request?: RequestFor<Id>] : [request: RequestFor<Id>];
