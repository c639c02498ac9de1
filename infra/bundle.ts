/**
 * Builds what the stack deploys: a bundle for each function, and the build context of the sandbox's image.
 * `node infra/bundle.ts` builds it by hand and prints the sizes.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin } from 'esbuild';
import { runsOnAws } from '../contract/define-job.ts';
import type { FunctionRecord } from '../contract/define-route.ts';
import { jobs } from '../contract/jobs.ts';
import { routes } from '../contract/routes.ts';
import { entrySource } from './lambda-entry.ts';

export type Bundle = {
  readonly operationId: string;
  /** Folder of the function's asset; `index.mjs` in it exports `handler`. */
  readonly folder: string;
  readonly sizeBytes: number;
};

/** What the stack deploys. */
export type Assets = {
  /** Folder of each function's bundle, by operation id. */
  readonly functions: ReadonlyMap<string, string>;
  /** Build context of the sandbox's image. */
  readonly sandbox: string;
};

export const root = resolve(import.meta.dirname, '..');
export const dist = join(root, 'dist');

/** Records of all functions that a deployment may have. */
export const functions: readonly FunctionRecord[] = [...routes, ...jobs.filter(runsOnAws)];

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // ES modules first: they are a third smaller than their CommonJS counterparts, and need no `require` in the bundle.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  sourcemap: 'external',
  sourcesContent: false,
  metafile: true,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** Builds everything that the stack deploys. @throws Error if something cannot be bundled */
export async function bundleAll(records: readonly FunctionRecord[], folder: string): Promise<Assets> {
  const [bundles, sandbox] = await Promise.all([bundleOperations(records, folder), bundleSandbox(folder)]);
  return { functions: new Map(bundles.map(({ operationId, folder }) => [operationId, folder])), sandbox };
}

/**
 * Bundles each function into `<folder>/lambda/<operationId>/index.mjs`, and its source map into `<folder>/maps/`, so that
 * assets contain only code. esbuild's report of their inputs is `<folder>/lambda.meta.json`. Files that did not change
 * are not written again.
 *
 * @throws Error if a handler or one of its imports cannot be bundled
 */
export async function bundleOperations(
  operations: readonly FunctionRecord[],
  folder: string,
): Promise<readonly Bundle[]> {
  const lambda = join(folder, 'lambda');
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: operations.map(({ operationId }) => ({
      in: `operation:${operationId}`,
      out: join(operationId, 'index'),
    })),
    outdir: lambda,
    outExtension: { '.js': '.mjs' },
    plugins: [operationEntries(operations), builtPages()],
  });
  await writeOutputs(outputFiles, folder);
  await writeChanged(join(folder, 'lambda.meta.json'), Buffer.from(JSON.stringify(metafile)));
  await keepOnly(lambda, new Set(operations.map(({ operationId }) => operationId)));
  return operations.map(({ operationId }) => bundleOf(operationId, lambda, metafile));
}

/**
 * Builds the build context of the sandbox's image: bundles the supervisor into `<folder>/sandbox/supervisor.mjs`, and
 * copies the modules of zygote and builder, the Dockerfile and the Python requirements.
 *
 * @returns its folder
 */
export async function bundleSandbox(folder: string): Promise<string> {
  const sandbox = join(folder, 'sandbox');
  const { outputFiles } = await build({
    ...common,
    entryPoints: { supervisor: 'sandbox-image/supervisor/main.ts' },
    outdir: sandbox,
    outExtension: { '.js': '.mjs' },
  });
  await writeOutputs(outputFiles, folder);
  const programs = ['zygote', 'builder'].map((name) => copyProgram(name, sandbox));
  const recipe = ['Dockerfile', 'requirements.txt'].map(async (name) =>
    writeChanged(join(sandbox, name), await readFile(join(root, 'sandbox-image', name))),
  );
  await Promise.all([...programs, ...recipe]);
  return sandbox;
}

async function copyProgram(name: string, sandbox: string): Promise<void> {
  const source = join(root, 'sandbox-image', name);
  const modules = (await readdir(source)).filter((file) => /\.(py|cjs)$/.test(file));
  const copies = modules.map(async (file) =>
    writeChanged(join(sandbox, name, file), await readFile(join(source, file))),
  );
  await Promise.all(copies);
  await keepOnly(join(sandbox, name), new Set(modules));
}

/** Provides the entry module of each function, `operation:<id>`, which is not a file. */
function operationEntries(operations: readonly FunctionRecord[]): Plugin {
  const byId = new Map<string, FunctionRecord>(operations.map((route) => [route.operationId, route]));
  return {
    name: 'operation entries',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^operation:/ }, ({ path }) => ({
        path: path.slice('operation:'.length),
        namespace: 'operation',
      }));
      onLoad({ filter: /.*/, namespace: 'operation' }, ({ path }) => {
        const route = byId.get(path);
        return route && { contents: entrySource(route), loader: 'js', resolveDir: root };
      });
    },
  };
}

/** Replaces the functions that build a page by the built page, so that no Lambda function has to build one. */
function builtPages(): Plugin {
  return {
    name: 'built pages',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]web[\\/]\w+[\\/]page\.ts$/ }, async ({ path }) => {
        const module: Record<string, () => Promise<unknown>> = await import(pathToFileURL(path).href);
        const built = Object.entries(module).map(
          async ([name, build]) => `export const ${name} = async () => (${JSON.stringify(await build())});`,
        );
        return { contents: (await Promise.all(built)).join('\n'), loader: 'js' };
      });
    },
  };
}

async function writeOutputs(outputs: readonly OutputFile[], folder: string): Promise<void> {
  await Promise.all(
    outputs.map(({ path, contents }) => {
      if (path.endsWith('.map')) return writeChanged(join(folder, 'maps', relative(folder, path)), contents);
      refuseRequire(path, contents);
      return writeChanged(path, contents);
    }),
  );
}

/** esbuild leaves a stub where CommonJS requires a built-in module. It would throw in the first invocation. */
function refuseRequire(path: string, contents: Uint8Array): void {
  if (Buffer.from(contents).includes('Dynamic require of')) {
    throw new Error(`${path}: a CommonJS dependency calls require() for a built-in module`);
  }
}

function bundleOf(operationId: string, functions: string, { outputs }: Metafile): Bundle {
  const folder = join(functions, operationId);
  const output = outputs[relative(root, join(folder, 'index.mjs'))];
  if (!output) throw new Error(`esbuild wrote no bundle for ${operationId}`);
  return { operationId, folder, sizeBytes: output.bytes };
}

async function writeChanged(path: string, contents: Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old && Buffer.compare(old, contents) === 0) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

/** Deletes what an earlier build left and this one does not produce. */
async function keepOnly(folder: string, names: ReadonlySet<string>): Promise<void> {
  const stale = (await readdir(folder)).filter((name) => !names.has(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { recursive: true })));
}

if (import.meta.main) {
  const [bundles] = await Promise.all([bundleOperations(functions, dist), bundleSandbox(dist)]);
  for (const { operationId, sizeBytes } of bundles) {
    process.stdout.write(`${(sizeBytes / 1024).toFixed(0).padStart(6)} KiB  ${operationId}\n`);
  }
}
