import type { Access, GrantSource } from './define-route.ts';
import type { TableName } from './resources.ts';

export type Grants = {
  readonly tables: ReadonlyMap<TableName, 'read' | 'write'>;
  readonly objects: Access['objects'];
  readonly objectsOrigin: boolean;
  readonly keys: ReadonlySet<NonNullable<Access['keys']>[number]>;
  readonly dataKeyPurpose: Access['dataKeyPurpose'];
  readonly sandboxes: boolean;
  readonly builder: Access['builder'];
  readonly generator: boolean;
  readonly background: ReadonlySet<NonNullable<Access['background']>[number]>;
  readonly ping: boolean;
};

/** Returns everything that an operation may access: what its record declares, and what the request pipeline needs. */
export function grantsOf(route: GrantSource): Grants {
  const tables = new Map<TableName, 'read' | 'write'>();
  const grant = (table: TableName, mode: 'read' | 'write') => {
    if (tables.get(table) !== 'write') tables.set(table, mode);
  };
  const keys = new Set(route.access.keys);

  if (route.auth && route.auth !== 'none') {
    for (const table of ['credentials', 'sessions', 'users'] as const) grant(table, 'read');
    keys.add('verify:jwt');
  }
  if (route.scope) grant('tokens', 'write');
  if (route.rateLimit && route.rateLimit !== 'none') grant('counters', 'write');
  if (route.audit) {
    grant('counters', 'write');
    grant('audit', 'write');
  }
  if (route.idempotent) {
    grant('idempotency', 'write');
    keys.add('data');
  }
  for (const [table, mode] of Object.entries(route.access.tables ?? {})) grant(table as TableName, mode);

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
    ping: route.access.ping ?? false,
  };
}
