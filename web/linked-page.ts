import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Page } from './inline-page.ts';
import { readSources } from './page-sources.ts';

/** A file that a page asks for. Its name holds its hash, so it never changes and may be kept for ever. */
export type Asset = { readonly name: string; readonly contentType: string; readonly content: string };

export type LinkedPage = { readonly page: Page; readonly assets: readonly Asset[] };

type Options = {
  /** Where the assets are, as seen from the page: `../assets/`. */
  readonly assets: string;
  /** Runs WebAssembly that its own script holds. */
  readonly wasm?: true;
};

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

async function build(folder: string, { assets, wasm }: Options): Promise<LinkedPage> {
  const { html: source, style, script } = await readSources(folder);
  const css = assetOf(folder, 'css', 'text/css; charset=utf-8', style.content);
  const js = assetOf(folder, 'js', 'text/javascript; charset=utf-8', script.content);
  const attributes = ({ name, content }: Asset, address: 'href' | 'src') =>
    `${address}="${assets}${name}" integrity="${hashOf(content)}"`;
  const html = source
    .replace(style.link, () => `<link rel="stylesheet" ${attributes(css, 'href')} />`)
    .replace(script.link, () => `<script type="module" ${attributes(js, 'src')}></script>`);
  return { page: { html, contentSecurityPolicy: policyOf(js, wasm) }, assets: [css, js] };
}

function assetOf(folder: string, extension: string, contentType: string, content: string): Asset {
  const version = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name: `${basename(folder)}-${version}.${extension}`, contentType, content };
}

/**
 * CSP level 3. The script is allowed by its hash, which the browser compares with its `integrity`: nothing else of
 * the same origin can be run in its place. For stylesheets CSP has no such rule.
 */
function policyOf(script: Asset, wasm: true | undefined): string {
  return [
    `default-src 'none'`,
    `script-src '${hashOf(script.content)}'${wasm ? ` 'wasm-unsafe-eval'` : ''}`,
    `style-src 'self'`,
    `connect-src 'self'`,
    `img-src data:`,
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
