import type { FunctionRecord } from '../contract/define-route.ts';
import { type Grants, grantsOf } from '../contract/grants.ts';
import { operationFile } from '../contract/operation-file.ts';
import type { Platform } from '../platform/platform.ts';

type Adapter = {
  readonly file: string;
  /** Export of `file` that creates the adapter from the function's environment. */
  readonly factory: string;
  readonly needed: (grants: Grants) => boolean;
};

const adapters: { readonly [Port in keyof Platform]-?: Adapter } = {
  table: { file: 'dynamo-table', factory: 'dynamoTable', needed: ({ tables }) => tables.size > 0 },
  objects: { file: 's3-objects', factory: 's3Objects', needed: ({ objects }) => objects !== undefined },
  keys: { file: 'kms-keys', factory: 'kmsKeys', needed: ({ keys }) => keys.size > 0 },
  sandboxes: { file: 'sandbox-pool', factory: 'sandboxPool', needed: ({ sandboxes }) => sandboxes },
  builder: {
    file: 'package-builder',
    factory: 'packageBuilder',
    needed: ({ builder }) => builder !== undefined,
  },
  background: {
    file: 'lambda-background',
    factory: 'lambdaBackground',
    needed: ({ background }) => background.size > 0,
  },
  generator: { file: 'generator', factory: 'generator', needed: ({ generator }) => generator },
  poolTasks: { file: 'pool-tasks', factory: 'poolTasks', needed: ({ sandboxTasks }) => sandboxTasks },
  administratorSecret: {
    file: 'stored-secret',
    factory: 'administratorSecret',
    needed: ({ administratorSecret }) => administratorSecret,
  },
};

/** For functions that only read the results of builds: without the client that starts builds. */
const outcomesOnly: Adapter = {
  file: 'package-outcomes',
  factory: 'packageOutcomes',
  needed: adapters.builder.needed,
};

/** Ports that can be pinged. */
const pinged = new Set(['table', 'objects', 'keys', 'sandboxes']);

/**
 * Returns the source of a function's entry module: the handler with the adapters that its grants need, so that no
 * function loads an SDK client that it does not use. The other ports are empty objects, because access to them is refused
 * before it reaches them.
 */
export function entrySource(route: FunctionRecord): string {
  const grants = grantsOf(route);
  const chosen = grants.builder === 'outcome' ? { ...adapters, builder: outcomesOnly } : adapters;
  const needed = Object.entries(chosen).filter(
    ([port, { needed }]) => (grants.ping && pinged.has(port)) || needed(grants),
  );
  const unused = Object.keys(adapters).filter((port) => !needed.some(([name]) => name === port));
  const handler = `./lambdas/${operationFile(route.operationId)}`;
  return [
    `import { usePlatform } from './platform/platform.ts';`,
    ...needed.map(([, { file, factory }]) => `import { ${factory} } from './platform/aws/${file}.ts';`),
    `usePlatform({`,
    ...needed.map(([port, { factory }]) => `  ${port}: ${factory}(process.env),`),
    ...unused.map((port) => `  ${port}: {},`),
    `});`,
    ...(route.stream
      ? [
          `import { handler as operation } from '${handler}';`,
          `import { streamed } from './lambdas/pipeline/streamed.ts';`,
          `export const handler = streamed(operation);`,
        ]
      : [`export { handler } from '${handler}';`]),
  ].join('\n');
}
