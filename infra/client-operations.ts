/** Writes client/operations.ts, the part of the contract that the client needs at run time: `npm run generate`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RouteRecord } from '../contract/define-route.ts';
import { routes } from '../contract/routes.ts';

export const clientOperationsFile = join(import.meta.dirname, '..', 'client', 'operations.ts');

export function clientOperations(records: readonly RouteRecord[] = routes): string {
  const entries = records
    .toSorted((a, b) => (a.operationId < b.operationId ? -1 : 1))
    .map((route) => `  '${route.operationId}': { ${fieldsOf(route).join(', ')} },`);
  return [
    `// Written by \`npm run generate\` from the route records.`,
    `import type { OperationId } from '../contract/routes.ts';`,
    `import type { Operation } from './types.ts';`,
    ``,
    `export const operations: Readonly<Record<OperationId, Operation>> = {`,
    ...entries,
    `};`,
    ``,
  ].join('\n');
}

function fieldsOf(route: RouteRecord): string[] {
  const answers = Object.keys(route.responses).filter((status) => !status.startsWith('2'));
  return [
    `method: '${route.method}'`,
    `path: '${route.path}'`,
    ...(route.idempotent ? ['creates: true'] : []),
    ...(answers.length > 0 ? [`answers: [${answers.join(', ')}]`] : []),
  ];
}

if (import.meta.main) await writeFile(clientOperationsFile, clientOperations());
