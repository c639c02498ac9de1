import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { contentSecurityPolicy } from './content-security-policy.ts';
import type { Page } from './inline-page.ts';
import { readSources } from './page-sources.ts';

/** A file that a page loads. Its name contains its hash, so browsers can cache it forever. */
export type Asset = { readonly name: string; readonly contentType: string; readonly content: string };

export type LinkedPage = {
  readonly page: Page;
  readonly assets: readonly Asset[];
  /** The assets that are loaded with the page, and not later. */
  readonly firstLoad: readonly Asset[];
};

type Options = {
  /** Address of the assets, relative to the page: `../assets/`. */
  readonly assets: string;
  /** Allows WebAssembly, which the script contains. */
  readonly wasm?: true;
  /** Turns modules that the script imports by `import()` into assets, which are loaded when they are needed. */
  readonly chunks?: true;
  /** Allows images from `blob:` URLs, for pictures that a program drew. */
  readonly blobs?: true;
};

const javaScript = 'text/javascript; charset=utf-8';

/**
 * Returns a function that reads `<folder>/index.html` and turns its stylesheet and its bundled script into assets with
 * subresource integrity. The page is built at most once.
 *
 * @throws Error if the page does not link exactly one stylesheet and one script of its folder
 */
export function linkedPage(folder: string, options: Options): () => Promise<LinkedPage> {
  let page: Promise<LinkedPage> | undefined;
  return () => {
    page ??= build(folder, options);
    return page;
  };
}

async function build(folder: string, options: Options): Promise<LinkedPage> {
  const { html: source, style, script } = await readSources(folder, options);
  const css = assetOf(folder, 'css', 'text/css; charset=utf-8', style.content);
  const js = assetOf(folder, 'js', javaScript, script.content);
  const chunks = script.chunks.map((chunk) => ({ ...chunk, contentType: javaScript }));
  const eager = chunks.filter((chunk) => chunk.eager);
  const attributes = ({ name, content }: Asset, address: 'href' | 'src') =>
    `${address}="${options.assets}${name}" integrity="${hashOf(content)}"`;
  const importMap = chunks.length > 0 ? importMapOf(options.assets, chunks) : undefined;
  const scripts = [
    importMap && `<script type="importmap">${importMap}</script>`,
    ...eager.map((chunk) => `<link rel="modulepreload" ${attributes(chunk, 'href')} />`),
    `<script type="module" ${attributes(js, 'src')}></script>`,
  ];
  const html = source
    .replace(style.link, () => `<link rel="stylesheet" ${attributes(css, 'href')} />`)
    .replace(script.link, () => scripts.filter(Boolean).join('\n'));
  // The browser compares the hashes in the policy with each script's `integrity`. CSP has no such rule for stylesheets.
  const hashes = [js, ...chunks].map(({ content }) => hashOf(content));
  if (importMap) hashes.push(hashOf(importMap));
  const policy = contentSecurityPolicy({
    scripts: [...hashes.map((hash) => `'${hash}'`), ...(options.wasm ? [`'wasm-unsafe-eval'`] : [])],
    styles: [`'self'`],
    images: options.blobs ? ['blob:'] : [],
  });
  return {
    page: { html, contentSecurityPolicy: policy },
    assets: [css, js, ...chunks],
    firstLoad: [css, js, ...eager],
  };
}

function assetOf(folder: string, extension: string, contentType: string, content: string): Asset {
  const version = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name: `${basename(folder)}-${version}.${extension}`, contentType, content };
}

/**
 * Returns an import map that maps nothing and only states the integrity of the chunks, because an `import` cannot state
 * it (WHATWG HTML section 8.1.6.2). It must be inline; it contains no code, and the policy names its hash.
 */
function importMapOf(assets: string, chunks: readonly Asset[]): string {
  const addresses = chunks.map(({ name, content }) => [`./${assets}${name}`, hashOf(content)]);
  return JSON.stringify({ integrity: Object.fromEntries(addresses) });
}

function hashOf(content: string): string {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}
