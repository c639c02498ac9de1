import type { TableAction } from '../../contract/define-route.ts';
import type { Grants } from '../../contract/grants.ts';
import { auditPrefix, type TableName } from '../../contract/resources.ts';
import type { Background } from '../../platform/background.ts';
import type { Generator } from '../../platform/generator.ts';
import type { KeyContext, Keys } from '../../platform/keys.ts';
import type { Objects } from '../../platform/objects.ts';
import type { PackageBuilder } from '../../platform/package-builder.ts';
import type { Platform } from '../../platform/platform.ts';
import type { PoolTasks } from '../../platform/sandboxes/sandbox-tasks.ts';
import type { Sandboxes } from '../../platform/sandboxes.ts';
import type { SecretStore } from '../../platform/secret-store.ts';
import type { Table, Write } from '../../platform/table.ts';

/** An operation or a job attempted an access that its record does not declare. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  constructor(what: string) {
    super(`the record does not declare access to ${what}`);
  }
}

/**
 * Returns the platform limited to what one operation or job may access. On AWS its role enforces the same; because of
 * the check here, every test on one machine also tests the declared access.
 */
export function restrict(platform: Platform, grants: Grants): Required<Platform> {
  return {
    table: restrictTable(platform.table, grants),
    objects: restrictObjects(platform.objects, grants),
    keys: restrictKeys(platform.keys, grants),
    sandboxes: restrictSandboxes(platform.sandboxes, grants),
    builder: restrictBuilder(platform.builder, grants),
    generator: restrictGenerator(platform.generator, grants),
    background: restrictBackground(platform.background, grants),
    poolTasks: restrictPoolTasks(platform.poolTasks, grants),
    administratorSecret: restrictSecret(platform.administratorSecret, grants),
  };
}

function demand(allowed: boolean | undefined, what: string): asserts allowed {
  if (!allowed) throw new AccessDenied(what);
}

function restrictTable(table: Table, { tables, ping }: Grants): Table {
  const act = (name: TableName, action: TableAction) =>
    demand(tables.get(name)?.has(action), `${action} in table ${name}`);
  return {
    async get(name, key) {
      act(name, 'get');
      return table.get(name, key);
    },
    async query(query) {
      act(query.table, 'query');
      return table.query(query);
    },
    async transact(writes) {
      for (const write of writes) act(write.table, actionOf(write));
      return table.transact(writes);
    },
    async increment(increment) {
      act(increment.table, 'update');
      return table.increment(increment);
    },
    async ping() {
      demand(ping, 'ping the database');
      return table.ping();
    },
  };
}

function actionOf(write: Write): TableAction {
  if ('put' in write) return 'put';
  if ('update' in write) return 'update';
  return 'delete' in write ? 'delete' : 'check';
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
  const allowed = (method: keyof Objects, argument: unknown) => {
    if (method === 'ping') return ping;
    if (!granted) return false;
    const isUnder = (prefix: string) => keyOrPrefix(argument).startsWith(prefix);
    if (typeof granted === 'object') {
      return granted.actions.some((action) => action === method) && granted.prefixes.some(isUnder);
    }
    if (granted.startsWith('audit:') && !isUnder(auditPrefix)) return false;
    return granted.endsWith('write') || objectReads.has(method);
  };
  return new Proxy(objects, {
    get(target, name: keyof Objects) {
      return async (...args: never[]) => {
        demand(allowed(name, args[0]), `objects.${name}`);
        return (target[name] as (...args: never[]) => unknown).apply(target, args);
      };
    },
  });
}

/** The first argument of a method of `Objects`: a key, or a query by prefix. */
function keyOrPrefix(argument: unknown): string {
  return typeof argument === 'string' ? argument : String((argument as { prefix?: string })?.prefix ?? '');
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

function restrictPoolTasks(tasks: PoolTasks | undefined, { sandboxTasks }: Grants): PoolTasks {
  const granted = (): PoolTasks => {
    demand(sandboxTasks && tasks !== undefined, 'tasks of the sandbox pool');
    return tasks;
  };
  return {
    list: async (taskIds) => granted().list(taskIds),
    start: async (count, token) => granted().start(count, token),
    stop: async (taskId, reason) => granted().stop(taskId, reason),
    fetchKey: async (taskId, url) => granted().fetchKey(taskId, url),
  };
}

function restrictSecret(secret: SecretStore | undefined, { administratorSecret }: Grants): SecretStore {
  return {
    async readOrCreate(create) {
      demand(administratorSecret && secret !== undefined, 'the secret of the administrator key');
      return secret.readOrCreate(create);
    },
  };
}
