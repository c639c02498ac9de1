import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildOptions } from 'esbuild';

type Source = {
  /** The tag that asks for it, as it stands in the page. */
  readonly link: string;
  readonly content: string;
};

/** A part of the script that is a file of its own; the script imports it by this name, which holds its hash. */
export type Chunk = {
  readonly name: string;
  readonly content: string;
  /** Needed by the script from its start, and not only once it asks for it. */
  readonly eager: boolean;
};

type Script = Source & { readonly chunks: readonly Chunk[] };

export type PageSources = { readonly html: string; readonly style: Source; readonly script: Script };

type Options = {
  /** What the script imports by `import()` becomes chunks, which are loaded when they are needed. */
  readonly chunks?: true | undefined;
};

const stylesheet = /<link rel="stylesheet" href="(\w+\.css)" \/>/g;
const moduleScript = /<script type="module" src="(\w+\.tsx?)"><\/script>/g;

/**
 * Reads `<folder>/index.html`, and bundles the stylesheet and the script that it links.
 *
 * @throws Error where the page does not link exactly one stylesheet and one script of its folder
 */
export async function readSources(folder: string, { chunks }: Options = {}): Promise<PageSources> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const [styleLink, styleName] = only(html, stylesheet);
  const [scriptLink, scriptName] = only(html, moduleScript);
  const [style, script] = await Promise.all([
    bundled(folder, styleName, {}),
    bundled(folder, scriptName, chunks ? { splitting: true } : {}),
  ]);
  return { html, style: { link: styleLink, ...style }, script: { link: scriptLink, ...script } };
}

function only(html: string, pattern: RegExp): [link: string, name: string] {
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
    // WebAssembly travels within the script, so that the script's hash is the hash of all that runs.
    loader: { '.wasm': 'binary' },
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  // In a file's own name its folder is no part: outputs all lie in one.
  const outputs = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const entryName = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === name);
  const content = outputs.get(entryName ?? '');
  if (content === undefined || entryName === undefined) throw new Error(`esbuild made nothing of ${name}`);
  outputs.delete(entryName);
  const eager = importedAtOnce(metafile.outputs, entryName);
  const chunks = [...outputs].map(([name, content]) => ({ name, content, eager: eager.has(name) }));
  return { content, chunks };
}

type Outputs = Awaited<ReturnType<typeof import('esbuild').build<{ metafile: true }>>>['metafile']['outputs'];

/** What runs before the output does: its imports, and theirs. */
function importedAtOnce(outputs: Outputs, name: string, found = new Set<string>()): ReadonlySet<string> {
  for (const { kind, path } of outputs[name]?.imports ?? []) {
    if (kind !== 'import-statement' || found.has(path)) continue;
    found.add(path);
    importedAtOnce(outputs, path, found);
  }
  return found;
}
