import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { BackgroundId } from './jobs.ts';
import type { SigningKeyName, TableName } from './resources.ts';
import type { TokenScope } from './scopes.ts';
import type { Tag } from './tags.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** What an operation may touch. The stack turns it into IAM statements; the local appliance enforces it too. */
export type Access = {
  readonly tables?: { readonly [T in TableName]?: 'read' | 'write' };
  /** With `audit:` those of the audit log, which lie in a bucket of their own, and no others. */
  readonly objects?: 'read' | 'write' | 'audit:read' | 'audit:write';
  /** Is told where signed URLs of objects lead, and may reach none. */
  readonly objectsOrigin?: true;
  /** `data`: make and open data keys; `sign:…`: sign; `verify:…`: read the public keys. */
  readonly keys?: readonly ('data' | `sign:${SigningKeyName}` | `verify:${SigningKeyName}`)[];
  /** Of the data keys, where the operation has to do with those of one purpose alone. */
  readonly dataKeyPurpose?: 'execution';
  readonly sandboxes?: true;
  /** Functions that it may start and not wait for. */
  readonly background?: readonly BackgroundId[];
  /** `request`: have packages built, and see what came of it; `outcome`: the latter alone. */
  readonly builder?: 'request' | 'outcome';
  /** Asks the language model that is configured; on AWS it opens the secret with the provider's key. */
  readonly generator?: true;
  /** Asks each store whether it answers, and nothing else of it. */
  readonly ping?: true;
};

export type ResponseRecord = {
  readonly description: string;
  readonly body: z.ZodType;
  /** Header names and what they say; the rate limit's headers are implied. */
  readonly headers?: { readonly [name: string]: string };
  /** `application/json` unless said; any other is sent as the text that it is. */
  readonly contentType?: string;
};

/**
 * One operation of the API. All that knows of an operation reads it from here: the validation of requests and
 * responses, the local router, API Gateway's definition, the functions with their roles, the published OpenAPI
 * document and the client's types.
 */
export type RouteRecord = {
  /** Folder and file of the handler, and name of its function: `secrets.put` is `lambdas/secrets/put.ts`. */
  readonly operationId: `${string}.${string}`;
  readonly method: Method;
  /** Parameters stand in braces, one to a segment. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /**
   * `user`: an API key or a JWT of a user; `any`: these, or the global administrator's key; `optional`: that of
   * a user, or none at all, but never one that is not good; `administrator`: the global administrator's key alone.
   */
  readonly auth: 'none' | 'optional' | 'user' | 'any' | 'administrator';
  /** API tokens with this scope are taken too. Without it a token is as good as an unknown credential. */
  readonly scope?: TokenScope;
  /**
   * `api`: per credential, or per address without one. `auth`: per address and per e-mail of the body, and much
   * tighter. `message`: as `api`, tight, and tighter without a credential. `none`: only for what touches no store.
   */
  readonly rateLimit: 'none' | 'api' | 'auth' | 'message';
  /** Headers that the operation reads itself, and what they are for. */
  readonly headers?: { readonly [name: string]: string };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly maxBodyBytes?: number;
  readonly responses: { readonly [status: number]: ResponseRecord };
  /** Errors beyond those that auth, rate limit, body and idempotency imply. */
  readonly errors?: readonly ErrorCode[];
  /** The success is sent piece by piece, as the operation has them; see `streamEndpoint`. */
  readonly stream?: true;
  /** A POST that creates something, so that `Idempotency-Key` is honoured. */
  readonly idempotent?: true;
  /** Action of the audit entry that each call adds. */
  readonly audit?: string;
  /**
   * The operation only reads until its answer is committed, so it may run while admission (rate limit,
   * credential) is still being checked for a caller whose identity is already proven. Nothing is written or
   * answered before admission is through.
   */
  readonly alongsideAdmission?: true;
  readonly access: Access;
  /** Seconds the operation may take at most; API Gateway allows 29, and 900 to a stream. */
  readonly timeoutSeconds?: number;
  /** Memory of the function in MiB; CPU grows with it. */
  readonly memoryMiB?: number;
};

/** What decides about the grants of a function: an operation's record as it is, a background function's too. */
export type Granted = Pick<RouteRecord, 'access'> &
  Partial<Pick<RouteRecord, 'auth' | 'scope' | 'rateLimit' | 'audit' | 'idempotent'>>;

/** What a function is built from, whoever calls it. */
export type FunctionRecord = Granted &
  Pick<RouteRecord, 'operationId' | 'stream' | 'timeoutSeconds' | 'memoryMiB'>;

/** A function that no call of the API reaches: operations start it and do not wait for it. It may run more than once. */
export type BackgroundRecord = {
  /** Folder and file of the handler, and name of its function, as with an operation. */
  readonly operationId: `${string}.${string}`;
  readonly summary: string;
  /** Identifiers only: the payload passes a queue of Lambda. */
  readonly payload: z.ZodObject;
  readonly access: Access;
  /** Seconds it may take at most; Lambda allows 900. */
  readonly timeoutSeconds: number;
  readonly memoryMiB?: number;
};

export function defineRoute<const R extends RouteRecord>(route: R): R {
  return route;
}

export function defineBackground<const R extends BackgroundRecord>(record: R): R {
  return record;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : Record<string, never>;

/** What a handler is given of a request, after validation. */
export type RequestOf<R extends RouteRecord> = {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
};

type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Entry)[]
    ? readonly Frozen<Entry>[]
    : { readonly [Name in keyof T]: Frozen<T[Name]> };

/** The answers that a route declares, told apart by their status. */
export type ResponseOf<R extends RouteRecord> = {
  [S in keyof R['responses'] & number]: {
    readonly status: S;
    readonly body: Frozen<z.input<R['responses'][S]['body']>>;
    readonly headers?: { readonly [name: string]: string };
  };
}[keyof R['responses'] & number];
