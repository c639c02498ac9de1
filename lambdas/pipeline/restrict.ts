import type { Grants } from '../../contract/grants.ts';
import type { TableName } from '../../contract/resources.ts';
import { auditPrefix } from '../../contract/resources.ts';
import type { Background } from '../../platform/background.ts';
import type { Generator } from '../../platform/generator.ts';
import type { KeyContext, Keys } from '../../platform/keys.ts';
import type { Objects } from '../../platform/objects.ts';
import type { PackageBuilder } from '../../platform/package-builder.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Sandboxes } from '../../platform/sandboxes.ts';
import type { Table, Write } from '../../platform/table.ts';

/** An operation used something that its route record does not declare. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  constructor(what: string) {
    super(`the route does not declare access to ${what}`);
  }
}

/**
 * Returns the platform as one operation may use it. On AWS the function's role says the same. With this check, every
 * test on one machine also tests the declared access.
 */
export function restrict(platform: Platform, grants: Grants): Platform {
  return {
    table: restrictTable(platform.table, grants),
    objects: restrictObjects(platform.objects, grants),
    keys: restrictKeys(platform.keys, grants),
    sandboxes: restrictSandboxes(platform.sandboxes, grants),
    builder: restrictBuilder(platform.builder, grants),
    generator: restrictGenerator(platform.generator, grants),
    background: restrictBackground(platform.background, grants),
  };
}

function demand(allowed: boolean | undefined, what: string): void {
  if (!allowed) throw new AccessDenied(what);
}

function restrictTable(table: Table, { tables, ping }: Grants): Table {
  const read = (name: TableName) => demand(tables.has(name), `read table ${name}`);
  const write = ({ table: name, ...write }: { table: TableName } | Write) =>
    'check' in write ? read(name) : demand(tables.get(name) === 'write', `write table ${name}`);
  return {
    async get(name, key) {
      read(name);
      return table.get(name, key);
    },
    async query(query) {
      read(query.table);
      return table.query(query);
    },
    async transact(writes) {
      writes.forEach(write);
      return table.transact(writes);
    },
    async increment(increment) {
      write(increment);
      return table.increment(increment);
    },
    async ping() {
      demand(ping, 'ping the database');
      return table.ping();
    },
  };
}

function restrictKeys(keys: Keys, grants: Grants): Keys {
  const data = ({ purpose }: KeyContext) => {
    demand(grants.keys.has('data'), 'data keys');
    const { dataKeyPurpose } = grants;
    demand(!dataKeyPurpose || purpose === dataKeyPurpose, `data keys of the purpose ${purpose}`);
  };
  return {
    async sign(key, bytes) {
      demand(grants.keys.has(`sign:${key}`), `sign with ${key}`);
      return keys.sign(key, bytes);
    },
    async publicKeys(key) {
      demand(grants.keys.has(`verify:${key}`), `public keys of ${key}`);
      return keys.publicKeys(key);
    },
    async generateDataKey(context) {
      data(context);
      return keys.generateDataKey(context);
    },
    async openDataKey(wrapped, context) {
      data(context);
      return keys.openDataKey(wrapped, context);
    },
    async ping() {
      demand(grants.ping, 'ping the key store');
      return keys.ping();
    },
  };
}

const objectReads = new Set<keyof Objects>(['get', 'list', 'listParts', 'signGet']);

function restrictObjects(objects: Objects, grants: Grants): Objects {
  const { objects: granted, ping } = grants;
  const ofAuditLog = granted?.startsWith('audit:') ?? false;
  const allowed = (method: keyof Objects, key: unknown) => {
    if (method === 'ping') return ping;
    if (ofAuditLog && !(typeof key === 'string' && key.startsWith(auditPrefix))) return false;
    return granted?.endsWith('write') || (granted && objectReads.has(method));
  };
  return new Proxy(objects, {
    get(target, name: keyof Objects) {
      return async (...args: never[]) => {
        demand(Boolean(allowed(name, args[0])), `objects.${name}`);
        return (target[name] as (...args: never[]) => unknown).apply(target, args);
      };
    },
  });
}

function restrictSandboxes(sandboxes: Sandboxes, grants: Grants): Sandboxes {
  return {
    async lease(tenant, waitMs) {
      demand(grants.sandboxes, 'sandboxes');
      return sandboxes.lease(tenant, waitMs);
    },
    async reattach(tenant, sandboxId) {
      demand(grants.sandboxes, 'sandboxes');
      return sandboxes.reattach(tenant, sandboxId);
    },
    async ping() {
      demand(grants.ping, 'ping the sandboxes');
      return sandboxes.ping();
    },
  };
}

function restrictBuilder(builder: PackageBuilder, grants: Grants): PackageBuilder {
  return {
    async check() {
      demand(grants.builder === 'request', 'the package builder');
      return builder.check();
    },
    async request(build) {
      demand(grants.builder === 'request', 'the package builder');
      return builder.request(build);
    },
    async outcome(buildId) {
      demand(grants.builder !== undefined, 'outcomes of the package builder');
      return builder.outcome(buildId);
    },
    async source(bundleId) {
      demand(grants.builder !== undefined, 'bundles of the package builder');
      return builder.source(bundleId);
    },
  };
}

function restrictGenerator(generator: Generator, grants: Grants): Generator {
  return {
    async complete(prompt) {
      demand(grants.generator, 'the language model');
      return generator.complete(prompt);
    },
  };
}

function restrictBackground(background: Background, grants: Grants): Background {
  return {
    async begin(operationId, payload) {
      demand(grants.background.has(operationId), `begin ${operationId}`);
      return background.begin(operationId, payload);
    },
  };
}
