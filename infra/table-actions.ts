import type { TableAction } from '../contract/define-route.ts';
import type { Grants } from '../contract/grants.ts';
import type { TableName } from '../contract/resources.ts';

const dynamoActions: Readonly<Record<TableAction, string>> = {
  get: 'dynamodb:GetItem',
  query: 'dynamodb:Query',
  check: 'dynamodb:ConditionCheckItem',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
};

/** What a function may do to each table that it may access: by its grants, and by the ports that use a table. */
export type TableActions = ReadonlyMap<TableName, ReadonlySet<string>>;

export function tableActions({ tables, sandboxes, ping }: Grants): TableActions {
  const actionsByTable = new Map<TableName, Set<string>>();
  const add = (name: TableName, actions: Iterable<TableAction>) => {
    const all = [...(actionsByTable.get(name) ?? []), ...[...actions].map((action) => dynamoActions[action])];
    actionsByTable.set(name, new Set(all));
  };
  for (const [name, actions] of tables) add(name, actions);
  if (sandboxes) add('sandboxes', ['get', 'query', 'update']);
  if (ping) {
    add('counters', ['get']);
    add('sandboxes', ['query']);
  }
  return actionsByTable;
}
