import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { BackgroundId, ObjectPrefix, SigningKeyName, TableName } from './resources.ts';
import type { TokenScope } from './scopes.ts';
import type { Tag } from './tags.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** What a table can be asked. `check` is a condition on an item that the transaction does not change. */
export type TableAction = 'get' | 'query' | 'check' | 'put' | 'update' | 'delete';

/** Single actions on the objects under a few prefixes. */
export type SomeObjects = {
  readonly prefixes: readonly ObjectPrefix[];
  readonly actions: readonly ('list' | 'delete')[];
};

/** What an operation may access. The stack turns it into IAM statements; the local appliance enforces it too. */
export type Access = {
  /** `read` and `write` stand for all actions of their kind; `write` includes `read`. A list grants single actions. */
  readonly tables?: { readonly [T in TableName]?: 'read' | 'write' | readonly TableAction[] };
  /** `audit:…` grants only the objects of the audit log, which are in a bucket of their own. */
  readonly objects?: 'read' | 'write' | 'audit:read' | 'audit:write' | SomeObjects;
  /** The operation learns the origin of signed object URLs, without access to any object. */
  readonly objectsOrigin?: true;
  /** `data`: create and decrypt data keys; `sign:…`: sign; `verify:…`: read the public keys. */
  readonly keys?: readonly ('data' | `sign:${SigningKeyName}` | `verify:${SigningKeyName}`)[];
  /** Restricts `data` to the data keys of one purpose. */
  readonly dataKeyPurpose?: 'execution';
  readonly sandboxes?: true;
  /** Jobs that it may start without waiting for them. */
  readonly background?: readonly BackgroundId[];
  /** `request`: request package builds and read their results; `outcome`: only read the results. */
  readonly builder?: 'request' | 'outcome';
  /** May call the configured language model; on AWS it may read the secret that holds the provider's key. */
  readonly generator?: true;
  /** May list, start and stop the tasks of the sandbox pool, and fetch their keys. Only a job of a deployment may. */
  readonly sandboxTasks?: true;
  /** May read the secret that holds the administrator's key, and set it once. Only a job of a deployment may. */
  readonly administratorSecret?: true;
  /** May ask each store whether it responds, and nothing else. */
  readonly ping?: true;
};

export type ResponseRecord = {
  readonly description: string;
  readonly body: z.ZodType;
  /** Header names and their descriptions; the rate limit's headers are implied. */
  readonly headers?: { readonly [name: string]: string };
  /** Default: `application/json`. A body of any other type is sent as plain text. */
  readonly contentType?: string;
};

/**
 * One operation of the API. It is the only description of the operation: the validation of requests and responses, the
 * local router, API Gateway's definition, the functions with their roles, the published OpenAPI document and the
 * client's types all derive from it.
 */
export type RouteRecord = {
  /** Names the function and its handler's file: `secrets.put` is `lambdas/secrets/put.ts`. */
  readonly operationId: `${string}.${string}`;
  readonly method: Method;
  /** Parameters are in braces; each is a whole segment. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /**
   * `user`: a user's API key or JWT; `any`: these, or the global administrator's key; `optional`: a user's credential,
   * or none, but never an invalid one; `administrator`: only the global administrator's key.
   */
  readonly auth: 'none' | 'optional' | 'user' | 'any' | 'administrator';
  /** API tokens with this scope are accepted too. Without it every API token is refused like an unknown credential. */
  readonly scope?: TokenScope;
  /**
   * `api`: per credential, or per address without one. `auth`: per address and per e-mail address in the body, and much
   * tighter. `message`: like `api` but tighter, and tighter still without a credential. `none`: only for operations
   * that access no store.
   */
  readonly rateLimit: 'none' | 'api' | 'auth' | 'message';
  /** Headers that the operation itself reads, and their descriptions. */
  readonly headers?: { readonly [name: string]: string };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly maxBodyBytes?: number;
  readonly responses: { readonly [status: number]: ResponseRecord };
  /** Errors in addition to those that auth, rate limit, body and idempotency imply. */
  readonly errors?: readonly ErrorCode[];
  /** The successful response is streamed; see `streamEndpoint`. */
  readonly stream?: true;
  /** A POST that creates something and supports `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Action of the audit entry that each request adds. */
  readonly audit?: string;
  /**
   * The operation only reads until its effects are committed, so it may run while admission (rate limit, credential) is
   * still being checked for a caller whose credential was valid before. Nothing is written or returned before
   * admission succeeds.
   */
  readonly alongsideAdmission?: true;
  readonly access: Access;
  /** Timeout in seconds. API Gateway allows 29, and 900 for a stream. */
  readonly timeoutSeconds?: number;
  /** Memory of the function in MiB. Its share of CPU grows with it. */
  readonly memoryMiB?: number;
};

/** The part of an operation's or a job's record that determines what it may access. */
export type GrantSource = Pick<RouteRecord, 'access'> &
  Partial<Pick<RouteRecord, 'auth' | 'scope' | 'rateLimit' | 'audit' | 'idempotent'>>;

/** What the stack builds a function from, for operations and jobs alike. */
export type FunctionRecord = GrantSource &
  Pick<RouteRecord, 'operationId' | 'stream' | 'timeoutSeconds' | 'memoryMiB'>;

export function defineRoute<const R extends RouteRecord>(route: R): R {
  return route;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : Record<string, never>;

/** The validated request that a handler receives. */
export type RequestOf<R extends RouteRecord> = {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
};

type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Entry)[]
    ? readonly DeepReadonly<Entry>[]
    : { readonly [Name in keyof T]: DeepReadonly<T[Name]> };

/** The responses that a route declares, as a union discriminated by status. */
export type ResponseOf<R extends RouteRecord> = {
  [S in keyof R['responses'] & number]: {
    readonly status: S;
    readonly body: DeepReadonly<z.input<R['responses'][S]['body']>>;
    readonly headers?: { readonly [name: string]: string };
  };
}[keyof R['responses'] & number];
