import type { TableName } from '../stores/tables.ts';
import type { Access, RouteRecord } from './define-route.ts';

export type Grants = {
  readonly tables: ReadonlyMap<TableName, 'read' | 'write'>;
  readonly objects: Access['objects'];
  readonly keys: ReadonlySet<NonNullable<Access['keys']>[number]>;
  readonly sandboxes: boolean;
  readonly generator: boolean;
  readonly ping: boolean;
};

/** All that an operation may touch: what its record declares, and what its place behind the front door implies. */
export function grantsOf(route: RouteRecord): Grants {
  const tables = new Map<TableName, 'read' | 'write'>();
  const grant = (table: TableName, mode: 'read' | 'write') => {
    if (tables.get(table) !== 'write') tables.set(table, mode);
  };
  const keys = new Set(route.access.keys);

  if (route.auth !== 'none') {
    for (const table of ['credentials', 'sessions', 'users'] as const) grant(table, 'read');
    keys.add('verify:jwt');
  }
  if (route.rateLimit !== 'none') grant('counters', 'write');
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
    sandboxes: route.access.sandboxes ?? false,
    generator: route.access.generator ?? false,
    ping: route.access.ping ?? false,
  };
}
