import type { Job } from '../../sandbox-image/protocol/job.ts';
import type { UserCaller } from '../pipeline/caller.ts';
import type { Context } from '../pipeline/operation.ts';

/** The part of an operation's context that running a program needs. */
export type ExecutionContext = Pick<Context, 'platform' | 'now'> & { readonly caller: UserCaller };

export type Program = Omit<Job, 'env' | 'files'> & { readonly files?: Job['files'] };

/** The secrets that a program finds in its environment, name to value. */
export type SecretEnvironment = Job['env'];
