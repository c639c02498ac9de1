import type { z } from 'zod';
import type { OperationId, RouteById } from '../lambdas/contract/routes.ts';

/** What the client knows of an operation at run time. */
export type Operation = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** Honours `Idempotency-Key`. */
  readonly creates?: true;
  /** Statuses beyond 2xx that are answers and no errors. */
  readonly answers?: readonly number[];
};

/** An API key, sent as `X-Api-Key`, or a JWT or API token, sent as `Authorization: Bearer`. */
export type Credential = { readonly apiKey: string } | { readonly token: string };

/** What may be left out of a request is that of the schema's input; what it is, that of its output. */
type Query<S extends z.ZodType> = {
  readonly [Name in keyof z.input<S>]: Name extends keyof z.output<S> ? z.output<S>[Name] : never;
};

type Values<Part, S extends z.ZodType> = Part extends 'query' ? Query<S> : z.input<S>;

/** One part of a request: absent where the route has none, optional where all in it is. */
type PartOf<R, Part extends string> = R extends { readonly [P in Part]: infer S extends z.ZodType }
  ? Record<never, never> extends Values<Part, S>
    ? { readonly [P in Part]?: Values<Part, S> }
    : { readonly [P in Part]: Values<Part, S> }
  : { readonly [P in Part]?: undefined };

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** For operations that create something; made for the call unless given. Keep it to retry across restarts. */
  readonly idempotencyKey?: string;
  /** Headers that the operation's route names, such as `X-Delete-Token`. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** What a call of the operation takes. */
export type RequestFor<Id extends OperationId> = PartOf<RouteById<Id>, 'params'> &
  PartOf<RouteById<Id>, 'query'> &
  PartOf<RouteById<Id>, 'body'> &
  CallOptions;

type Answers<R> = R extends { readonly responses: infer Responses }
  ? {
      [S in keyof Responses & number]: Responses[S] extends { readonly body: infer B extends z.ZodType }
        ? { readonly status: S; readonly body: z.output<B>; readonly headers: Headers }
        : never;
    }[keyof Responses & number]
  : never;

/** The answers that the operation declares, told apart by `status`. */
export type ResponseFor<Id extends OperationId> = Answers<RouteById<Id>>;

/** The request may be left out where nothing in it is required. */
export type Arguments<Id extends OperationId> =
  Record<never, never> extends RequestFor<Id> ? [request?: RequestFor<Id>] : [request: RequestFor<Id>];
