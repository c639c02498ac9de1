import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Page } from './inline-page.ts';
import { readSources } from './page-sources.ts';

/** A file that a page asks for. Its name holds its hash, so it never changes and may be kept for ever. */
export type Asset = { readonly name: string; readonly contentType: string; readonly content: string };

export type LinkedPage = {
  readonly page: Page;
  readonly assets: readonly Asset[];
  /** Of the assets those that are asked for when the page is opened, and not later. */
  readonly firstLoad: readonly Asset[];
};

type Options = {
  /** Where the assets are, as seen from the page: `../assets/`. */
  readonly assets: string;
  /** Runs WebAssembly that its own script holds. */
  readonly wasm?: true;
  /** What the script imports by `import()` is an asset of its own, loaded when it is needed. */
  readonly chunks?: true;
  /** Shows pictures that it makes itself, of what a program drew. */
  readonly blobs?: true;
};

const javaScript = 'text/javascript; charset=utf-8';

/**
 * Reads `<folder>/index.html` and puts its stylesheet and its script, bundled, beside it, as assets with their
 * subresource integrity. Built at most once.
 *
 * @throws Error where the page does not link exactly one stylesheet and one script of its folder
 */
export function linkedPage(folder: string, options: Options): () => Promise<LinkedPage> {
  let built: Promise<LinkedPage> | undefined;
  return () => {
    built ??= build(folder, options);
    return built;
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
  const integrity = chunks.length > 0 ? integrityOf(options.assets, chunks) : undefined;
  const scripts = [
    integrity && `<script type="importmap">${integrity}</script>`,
    ...eager.map((chunk) => `<link rel="modulepreload" ${attributes(chunk, 'href')} />`),
    `<script type="module" ${attributes(js, 'src')}></script>`,
  ];
  const html = source
    .replace(style.link, () => `<link rel="stylesheet" ${attributes(css, 'href')} />`)
    .replace(script.link, () => scripts.filter(Boolean).join('\n'));
  const hashes = [js, ...chunks].map(({ content }) => hashOf(content));
  if (integrity) hashes.push(hashOf(integrity));
  return {
    page: { html, contentSecurityPolicy: policyOf(hashes, options) },
    assets: [css, js, ...chunks],
    firstLoad: [css, js, ...eager],
  };
}

function assetOf(folder: string, extension: string, contentType: string, content: string): Asset {
  const version = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name: `${basename(folder)}-${version}.${extension}`, contentType, content };
}

/**
 * An import map that maps nothing: `import` has no place for an integrity, so it stands here (WHATWG HTML section
 * 8.1.6.2). The one thing that has to be in the page itself; it holds no code, and the policy names its hash.
 */
function integrityOf(assets: string, chunks: readonly Asset[]): string {
  const addresses = chunks.map(({ name, content }) => [`./${assets}${name}`, hashOf(content)]);
  return JSON.stringify({ integrity: Object.fromEntries(addresses) });
}

/**
 * CSP level 3. Scripts are allowed by their hashes, which the browser compares with their `integrity`: nothing else
 * of the same origin can be run in their place. For stylesheets CSP has no such rule.
 */
function policyOf(hashes: readonly string[], { wasm, blobs }: Options): string {
  return [
    `default-src 'none'`,
    `script-src ${hashes.map((hash) => `'${hash}'`).join(' ')}${wasm ? ` 'wasm-unsafe-eval'` : ''}`,
    `style-src 'self'`,
    `connect-src 'self'`,
    `img-src data:${blobs ? ' blob:' : ''}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');
}

function hashOf(content: string): string {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}
