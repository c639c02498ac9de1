import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildOptions } from 'esbuild';

type Source = {
  /** The tag in the page that links the file. */
  readonly link: string;
  readonly content: string;
};

/** A part of the script in a separate file, which is imported by this name. The name contains its hash. */
export type Chunk = {
  readonly name: string;
  readonly content: string;
  /** Whether the script imports it statically. */
  readonly eager: boolean;
};

type Script = Source & { readonly chunks: readonly Chunk[] };

export type PageSources = { readonly html: string; readonly style: Source; readonly script: Script };

type Options = {
  /** Turns modules that the script imports by `import()` into chunks, which are loaded when they are needed. */
  readonly chunks?: true | undefined;
};

const stylesheet = /<link rel="stylesheet" href="(\w+\.css)" \/>/g;
const moduleScript = /<script type="module" src="(\w+\.tsx?)"><\/script>/g;

/**
 * Reads `<folder>/index.html` and bundles the stylesheet and the script that it links.
 *
 * @throws Error if the page does not link exactly one stylesheet and one script of its folder
 */
export async function readSources(folder: string, { chunks }: Options = {}): Promise<PageSources> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const [styleLink, styleName] = singleMatch(html, stylesheet);
  const [scriptLink, scriptName] = singleMatch(html, moduleScript);
  const [style, script] = await Promise.all([
    bundled(folder, styleName, {}),
    bundled(folder, scriptName, chunks ? { splitting: true } : {}),
  ]);
  return { html, style: { link: styleLink, ...style }, script: { link: scriptLink, ...script } };
}

function singleMatch(html: string, pattern: RegExp): [link: string, name: string] {
  const [found, ...more] = [...html.matchAll(pattern)];
  if (!found?.[1] || more.length > 0) throw new Error(`a page must have one ${pattern.source}`);
  return [found[0], found[1]];
}

async function bundled(folder: string, name: string, options: BuildOptions): Promise<Omit<Script, 'link'>> {
  const esbuild = await import('esbuild');
  const entry = join(folder, name);
  const { outputFiles, metafile } = await esbuild.build({
    ...options,
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: folder,
    chunkNames: `${basename(folder)}-[name]-[hash]`,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // WebAssembly is embedded in the script, so that the script's hash covers all code that runs.
    loader: { '.wasm': 'binary' },
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  // All outputs are in one folder, so their base names are unique.
  const outputs = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const entryName = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === name);
  const content = outputs.get(entryName ?? '');
  if (content === undefined || entryName === undefined)
    throw new Error(`esbuild returned no output for ${name}`);
  outputs.delete(entryName);
  const eager = staticImports(metafile.outputs, entryName);
  const chunks = [...outputs].map(([name, content]) => ({ name, content, eager: eager.has(name) }));
  return { content, chunks };
}

type Outputs = Awaited<ReturnType<typeof import('esbuild').build<{ metafile: true }>>>['metafile']['outputs'];

/** Returns the names of an output's static imports, including indirect ones. */
function staticImports(outputs: Outputs, name: string, found = new Set<string>()): ReadonlySet<string> {
  for (const { kind, path } of outputs[name]?.imports ?? []) {
    if (kind !== 'import-statement' || found.has(path)) continue;
    found.add(path);
    staticImports(outputs, path, found);
  }
  return found;
}
