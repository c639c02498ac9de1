import type { RouteRecord } from '../lambdas/contract/define-route.ts';
import { type Grants, grantsOf } from '../lambdas/contract/grants.ts';
import type { Platform } from '../lambdas/platform/platform.ts';

type Adapter = {
  readonly file: string;
  /** Export of `file` that makes the adapter from the function's environment. */
  readonly factory: string;
  readonly needed: (grants: Grants) => boolean;
};

const adapters: { readonly [Port in keyof Platform]: Adapter } = {
  table: { file: 'dynamo-table', factory: 'dynamoTable', needed: ({ tables }) => tables.size > 0 },
  objects: { file: 's3-objects', factory: 's3Objects', needed: ({ objects }) => objects !== undefined },
  keys: { file: 'kms-keys', factory: 'kmsKeys', needed: ({ keys }) => keys.size > 0 },
  sandboxes: { file: 'sandbox-pool', factory: 'sandboxPool', needed: ({ sandboxes }) => sandboxes },
  generator: { file: 'generator', factory: 'generator', needed: ({ generator }) => generator },
};

/**
 * The module that a function starts with: the operation's handler on the adapters that its grants need, so that
 * no function loads an SDK client that it has no use for. In place of the others stands an empty object; access to
 * them is refused before it gets there.
 */
export function entrySource(route: RouteRecord): string {
  const grants = grantsOf(route);
  const needed = Object.entries(adapters).filter(
    ([port, { needed }]) => (grants.ping && port !== 'generator') || needed(grants),
  );
  const unused = Object.keys(adapters).filter((port) => !needed.some(([name]) => name === port));
  const handler = `./lambdas/${route.operationId.replace('.', '/')}.ts`;
  return [
    `import { usePlatform } from './lambdas/platform/platform.ts';`,
    ...needed.map(
      ([, { file, factory }]) => `import { ${factory} } from './lambdas/platform/aws/${file}.ts';`,
    ),
    `usePlatform({`,
    ...needed.map(([port, { factory }]) => `  ${port}: ${factory}(process.env),`),
    ...unused.map((port) => `  ${port}: {},`),
    `});`,
    `export { handler } from '${handler}';`,
  ].join('\n');
}
