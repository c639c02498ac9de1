import type { GrantSource } from '../contract/define-route.ts';
import { grantsOf } from '../contract/grants.ts';
import type { TableName } from '../contract/resources.ts';

/** What a function may do to each table that it may touch. */
export type TableActions = ReadonlyMap<TableName, ReadonlySet<string>>;

const reads = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'];
const declared = {
  read: reads,
  write: [...reads, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
};

/**
 * What the way to every operation does by itself: it looks up a credential, counts, notes, keeps an answer. It
 * lists nothing, and it takes nothing back of the audit log.
 */
const frontDoor: { readonly [T in TableName]?: readonly string[] } = {
  credentials: ['dynamodb:GetItem'],
  sessions: ['dynamodb:GetItem'],
  users: ['dynamodb:GetItem'],
  tokens: ['dynamodb:UpdateItem'],
  counters: ['dynamodb:UpdateItem', 'dynamodb:PutItem'],
  audit: ['dynamodb:PutItem'],
  idempotency: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
};

/** The tables of an operation: those that its record declares, those on the way to it, those of its ports. */
export function tableActions(route: GrantSource): TableActions {
  const { sandboxes, ping } = grantsOf(route);
  const tables = new Map<TableName, Set<string>>();
  const add = (name: TableName, actions: readonly string[]) => {
    tables.set(name, new Set([...(tables.get(name) ?? []), ...actions]));
  };
  const { tables: own = {}, ...access } = route.access;
  for (const name of grantsOf({ ...route, access }).tables.keys()) add(name, frontDoor[name] ?? []);
  for (const [name, mode] of Object.entries(own)) add(name as TableName, declared[mode]);
  if (sandboxes) add('sandboxes', ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem']);
  if (ping) {
    add('counters', ['dynamodb:GetItem']);
    add('sandboxes', ['dynamodb:Query']);
  }
  return tables;
}
