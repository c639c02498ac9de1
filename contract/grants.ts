import type { Access, GrantSource, TableAction } from './define-route.ts';
import type { TableName } from './resources.ts';

export type Grants = {
  readonly tables: ReadonlyMap<TableName, ReadonlySet<TableAction>>;
  readonly objects: Access['objects'];
  readonly objectsOrigin: boolean;
  readonly keys: ReadonlySet<NonNullable<Access['keys']>[number]>;
  readonly dataKeyPurpose: Access['dataKeyPurpose'];
  readonly sandboxes: boolean;
  readonly builder: Access['builder'];
  readonly generator: boolean;
  readonly background: ReadonlySet<NonNullable<Access['background']>[number]>;
  readonly sandboxTasks: boolean;
  readonly administratorSecret: boolean;
  readonly ping: boolean;
};

const read = ['get', 'query', 'check'] as const;
const modes = { read, write: [...read, 'put', 'update', 'delete'] } as const;

/** Returns everything that an operation may access: what its record declares, and what the request pipeline needs. */
export function grantsOf(route: GrantSource): Grants {
  const tables = new Map<TableName, ReadonlySet<TableAction>>();
  const grant = (table: TableName, ...actions: readonly TableAction[]) => {
    tables.set(table, new Set([...(tables.get(table) ?? []), ...actions]));
  };
  const keys = new Set(route.access.keys);

  if (route.auth && route.auth !== 'none') {
    for (const table of ['credentials', 'sessions', 'users'] as const) grant(table, 'get');
    keys.add('verify:jwt');
  }
  if (route.scope) grant('tokens', 'update');
  // A counter that expired is replaced.
  if (route.audit || (route.rateLimit && route.rateLimit !== 'none')) grant('counters', 'update', 'put');
  // The pipeline never lists audit entries, and never deletes one.
  if (route.audit) grant('audit', 'put');
  if (route.idempotent) {
    grant('idempotency', 'get', 'put', 'delete');
    keys.add('data');
  }
  for (const [table, mode] of Object.entries(route.access.tables ?? {})) {
    grant(table as TableName, ...(typeof mode === 'string' ? modes[mode] : mode));
  }

  return {
    tables,
    keys,
    objects: route.access.objects,
    objectsOrigin: route.access.objectsOrigin ?? false,
    dataKeyPurpose: route.access.dataKeyPurpose,
    sandboxes: route.access.sandboxes ?? false,
    builder: route.access.builder,
    generator: route.access.generator ?? false,
    background: new Set(route.access.background),
    sandboxTasks: route.access.sandboxTasks ?? false,
    administratorSecret: route.access.administratorSecret ?? false,
    ping: route.access.ping ?? false,
  };
}
