import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Source = {
  /** The tag that asks for it, as it stands in the page. */
  readonly link: string;
  readonly content: string;
};

export type PageSources = { readonly html: string; readonly style: Source; readonly script: Source };

const stylesheet = /<link rel="stylesheet" href="(\w+\.css)" \/>/g;
const moduleScript = /<script type="module" src="(\w+\.ts)"><\/script>/g;

/**
 * Reads `<folder>/index.html`, and bundles the stylesheet and the script that it links.
 *
 * @throws Error where the page does not link exactly one stylesheet and one script of its folder
 */
export async function readSources(folder: string): Promise<PageSources> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const [style, script] = await Promise.all(
    [stylesheet, moduleScript].map(async (pattern) => {
      const [link, name] = only(html, pattern);
      return { link, content: await bundled(folder, name) };
    }),
  );
  if (!style || !script) throw new Error(`${folder} is no page`);
  return { html, style, script };
}

function only(html: string, pattern: RegExp): [link: string, name: string] {
  const [found, ...more] = [...html.matchAll(pattern)];
  if (!found?.[1] || more.length > 0) throw new Error(`a page must have one ${pattern.source}`);
  return [found[0], found[1]];
}

async function bundled(folder: string, name: string): Promise<string> {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, name)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    // WebAssembly travels within the script, so that the script's hash is the hash of all that runs.
    loader: { '.wasm': 'binary' },
    write: false,
    logLevel: 'silent',
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${name}`);
  return output.text;
}
