/**
 * Builds what the stack deploys: a bundle for each operation, and the sandbox's program.
 * `node infra/bundle.ts` does it by hand and prints the sizes.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin } from 'esbuild';
import type { FunctionRecord } from '../contract/define-route.ts';
import { backgrounds } from '../contract/jobs.ts';
import { routes } from '../contract/routes.ts';
import { entrySource } from './lambda-entry.ts';

export type Bundle = {
  readonly operationId: string;
  /** Folder of the function's asset; `index.mjs` in it exports `handler`. */
  readonly folder: string;
  readonly sizeBytes: number;
};

/** What the stack is made of. */
export type Assets = {
  /** Folder of each operation's function, by its id. */
  readonly operations: ReadonlyMap<string, string>;
  /** Build context of the sandbox's image. */
  readonly sandbox: string;
} & { readonly [name in keyof typeof helpers]: string };

/** Functions that no caller reaches: what the account itself invokes. Each bundle lies in a folder of this name. */
const helpers = {
  administratorKey: ['create-administrator-key.ts', 'administrator-key'],
  sweep: ['sweep-objects.ts', 'sweep-objects'],
  seal: ['sequence-audit-log.ts', 'sequence-audit-log'],
  keepPool: ['reconcile-pool.ts', 'reconcile-pool'],
  askKey: ['fetch-sandbox-key.ts', 'fetch-sandbox-key'],
} as const satisfies Readonly<Record<string, readonly [source: string, folder: string]>>;

export const root = resolve(import.meta.dirname, '..');
export const dist = join(root, 'dist');

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // ES modules first: they are a third smaller than their CommonJS twins, and need no `require` in the bundle.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  sourcemap: 'external',
  sourcesContent: false,
  metafile: true,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** Builds all that the stack deploys, background functions beside operations. @throws Error where something cannot be bundled */
export async function bundleAll(records: readonly FunctionRecord[], folder: string): Promise<Assets> {
  const [bundles, helperFolders, sandbox] = await Promise.all([
    bundleOperations(records, folder),
    bundleHelpers(folder),
    bundleSandbox(folder),
  ]);
  const operations = new Map(bundles.map(({ operationId, folder }) => [operationId, folder]));
  return { operations, ...helperFolders, sandbox };
}

/**
 * Bundles each operation to `<folder>/lambda/<operationId>/index.mjs`, its source map to `<folder>/maps/`, so that
 * assets hold nothing but code, and esbuild's account of what went into them to `<folder>/lambda.meta.json`.
 * What did not change is not written again.
 *
 * @throws Error where a handler or one of its imports cannot be bundled
 */
export async function bundleOperations(
  operations: readonly FunctionRecord[],
  folder: string,
): Promise<readonly Bundle[]> {
  const functions = join(folder, 'lambda');
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: operations.map(({ operationId }) => ({
      in: `operation:${operationId}`,
      out: join(operationId, 'index'),
    })),
    outdir: functions,
    outExtension: { '.js': '.mjs' },
    plugins: [operationEntries(operations), builtPages()],
  });
  await writeOutputs(outputFiles, folder);
  await writeChanged(join(folder, 'lambda.meta.json'), Buffer.from(JSON.stringify(metafile)));
  await keepOnly(functions, new Set(operations.map(({ operationId }) => operationId)));
  return operations.map(({ operationId }) => bundleOf(operationId, functions, metafile));
}

/** Bundles each helper. @returns its folder, by its name */
async function bundleHelpers(folder: string): Promise<Record<keyof typeof helpers, string>> {
  const made = Object.entries(helpers).map(async ([name, [source, outdir]]) => [
    name,
    await bundleFunction(`lambdas/jobs/${source}`, join(folder, outdir)),
  ]);
  return Object.fromEntries(await Promise.all(made));
}

async function bundleFunction(entry: string, outdir: string): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: { index: entry },
    outdir,
    outExtension: { '.js': '.mjs' },
  });
  await writeOutputs(outputFiles, dirname(outdir));
  return outdir;
}

/**
 * Bundles the supervisor to `<folder>/sandbox/supervisor.mjs`, and copies the modules of zygote and builder and what the image is
 * built by beside it: the build context of the sandbox's image.
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

/** Serves each `operation:<id>` its entry module, which exists nowhere else. */
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

/** Puts in the place of what a page's module builds its outcome, so that no function has to build a page. */
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

/** esbuild leaves a stub where CommonJS asks for a built-in module; it would throw in the function's first call. */
function refuseRequire(path: string, contents: Uint8Array): void {
  if (Buffer.from(contents).includes('Dynamic require of')) {
    throw new Error(`${path}: a CommonJS dependency calls require() for a built-in module`);
  }
}

function bundleOf(operationId: string, functions: string, { outputs }: Metafile): Bundle {
  const folder = join(functions, operationId);
  const output = outputs[relative(root, join(folder, 'index.mjs'))];
  if (!output) throw new Error(`esbuild made no bundle of ${operationId}`);
  return { operationId, folder, sizeBytes: output.bytes };
}

async function writeChanged(path: string, contents: Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old && Buffer.compare(old, contents) === 0) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

/** Removes what an earlier build left and this one does not make. */
async function keepOnly(folder: string, names: ReadonlySet<string>): Promise<void> {
  const stale = (await readdir(folder)).filter((name) => !names.has(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { recursive: true })));
}

if (import.meta.main) {
  const [bundles] = await Promise.all([
    bundleOperations([...routes, ...backgrounds], dist),
    bundleHelpers(dist),
    bundleSandbox(dist),
  ]);
  for (const { operationId, sizeBytes } of bundles) {
    process.stdout.write(`${(sizeBytes / 1024).toFixed(0).padStart(6)} KiB  ${operationId}\n`);
  }
}
