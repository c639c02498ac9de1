#!/usr/bin/env node
/** Starts a new endpoint in an existing domain: `npm run new-endpoint -- secrets.archive`. Says what is left to do. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { operationFile } from '../contract/operation-file.ts';

const root = resolve(import.meta.dirname, '..');
const methods = ['GET', 'PUT', 'POST', 'DELETE'];
const usage = `usage: npm run new-endpoint -- DOMAIN.OPERATION [--method ${methods.join('|')}] [--path PATH]`;

type Plan = {
  readonly operationId: string;
  readonly domain: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string | undefined;
};

/** @throws Error if the arguments do not name a new operation */
function readPlan(args: string[]): Plan {
  const options = { method: { type: 'string', default: 'POST' }, path: { type: 'string' } } as const;
  const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
  const [operationId = ''] = positionals;
  const [, domain, operation] = /^([a-z][A-Za-z]*)\.([a-z][A-Za-z]*)$/.exec(operationId) ?? [];
  if (!domain || !operation || positionals.length > 1 || !methods.includes(values.method)) {
    throw new Error(usage);
  }
  return { operationId, domain, operation, method: values.method, path: values.path };
}

/** Returns the text of the domain's contract with a record for the operation at its end. */
function withRecord(contract: string, plan: Plan): string {
  const { operationId, domain, operation, method } = plan;
  const start = contract.indexOf(`\nexport const ${domain} = {\n`);
  const end = contract.indexOf('\n} as const;', start);
  if (start === -1 || end === -1) throw new Error(`the contract does not export the routes of '${domain}'`);
  if (contract.includes(`operationId: '${operationId}'`)) throw new Error(`'${operationId}' exists already`);
  const records = contract.slice(start, end);
  const [, common = ''] = /\nconst common = (\{[^}]*\}) as const;/.exec(contract) ?? [];
  const [, tag] = /\btag: '([^']+)'/.exec(common + records) ?? [];
  const [, sibling = ''] = /\bpath: '([^'{]*)/.exec(records) ?? [];
  const base = sibling.replace(/\/$/, '') || '/v1';
  const path =
    plan.path ?? `${base}/${operation.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const parameters = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => `${name}: z.string()`);
  const lines = [
    `  ${operation}: defineRoute({`,
    ...(common ? ['    ...common,'] : []),
    `    operationId: '${operationId}',`,
    `    method: '${method}',`,
    `    path: '${path}',`,
    ...(common.includes('tag:') ? [] : [`    tag: '${tag}',`]),
    `    summary: 'TODO',`,
    ...(common.includes('auth:') ? [] : [`    auth: 'user',`]),
    ...(common.includes('rateLimit:') ? [] : [`    rateLimit: 'api',`]),
    ...(parameters.length > 0 ? [`    params: z.strictObject({ ${parameters.join(', ')} }),`] : []),
    `    responses: { 200: { description: 'TODO', body: z.object({ done: z.literal(true) }) } },`,
    ...(method === 'GET' ? [] : [`    audit: '${operationId}',`]),
    `    access: {},`,
    `  }),`,
  ];
  return `${contract.slice(0, end)}\n${lines.join('\n')}${contract.slice(end)}`;
}

function handlerOf({ domain, operation, method }: Plan, contractFile: string): string {
  const audit = method === 'GET' ? '' : `, audit: { resource: '${domain}' }`;
  return [
    `import { ${domain} } from '../../${contractFile}';`,
    `import { endpoint } from '../pipeline/endpoint.ts';`,
    ``,
    `// TODO: read through \`context.platform\` and return the writes; the pipeline commits them.`,
    `export const handler = endpoint(${domain}.${operation}, async () => {`,
    `  return { status: 200, body: { done: true }${audit} };`,
    `});`,
    ``,
  ].join('\n');
}

function main(): void {
  const plan = readPlan(process.argv.slice(2));
  const handlerFile = `lambdas/${operationFile(plan.operationId)}`;
  const folder = dirname(operationFile(plan.operationId));
  const contractFile = `contract/${folder}.ts`;
  if (!existsSync(join(root, contractFile))) {
    throw new Error(`${contractFile} does not exist: add the domain first, see CONTRIBUTING.md`);
  }
  if (existsSync(join(root, handlerFile))) throw new Error(`${handlerFile} exists already`);
  const contract = withRecord(readFileSync(join(root, contractFile), 'utf8'), plan);
  mkdirSync(dirname(join(root, handlerFile)), { recursive: true });
  writeFileSync(join(root, contractFile), contract);
  writeFileSync(join(root, handlerFile), handlerOf(plan, contractFile));
  // A process of its own, because it has to import the changed contract.
  execFileSync(process.execPath, [join(root, 'infra', 'client-operations.ts')], { stdio: 'inherit' });
  process.stdout.write(`Changed ${contractFile} and client/operations.ts, created ${handlerFile}.

What is left to do:
  1. ${contractFile}: replace each TODO; state request, responses, errors and access.
  2. ${handlerFile}: write the handler.
  3. test/api: test what the endpoint promises, in the suite of its domain.
  4. test/support/tour.ts: call ${plan.operationId} once.
  5. npm run generate, if method, path or statuses changed since.
  6. npx vitest run test/infra -u, and read the change of the template.
`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
