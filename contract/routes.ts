import { admin } from './admin.ts';
import { audit } from './audit.ts';
import { auth } from './auth.ts';
import { challenges } from './challenges.ts';
import type { RouteRecord } from './define-route.ts';
import { executions } from './executions.ts';
import { fileShares } from './file-shares.ts';
import { files } from './files.ts';
import { keys } from './keys.ts';
import { kv } from './kv.ts';
import { kvShares } from './kv-shares.ts';
import { messages } from './messages.ts';
import { packages } from './packages.ts';
import { pages } from './pages.ts';
import { programs } from './programs.ts';
import { recovery } from './recovery.ts';
import { sealed } from './sealed.ts';
import { secrets } from './secrets.ts';
import { system } from './system.ts';
import { tokens } from './tokens.ts';
import { uploads } from './uploads.ts';
import { users } from './users.ts';
import { zk } from './zk.ts';

const domains = {
  system,
  auth,
  executions,
  secrets,
  programs,
  zk,
  audit,
  keys,
  kv,
  kvShares,
  files,
  fileShares,
  uploads,
  sealed,
  users,
  recovery,
  admin,
  packages,
  messages,
  challenges,
  tokens,
  pages,
} as const;

type Domains = typeof domains;

/** Every route record, typed one by one. */
export type AnyRoute = { [D in keyof Domains]: Domains[D][keyof Domains[D]] }[keyof Domains];

export type OperationId = AnyRoute['operationId'];

export type RouteById<Id extends OperationId> = Extract<AnyRoute, { operationId: Id }>;

export const routes: readonly RouteRecord[] = Object.values(domains).flatMap((domain) =>
  Object.values(domain),
);
