import { createHash } from 'node:crypto';
import { readSources } from './page-sources.ts';

/** A page that is one response, and the policy under which nothing but its own style and script runs. */
export type Page = { readonly html: string; readonly contentSecurityPolicy: string };

/**
 * Reads `<folder>/index.html` and puts its stylesheet and its script, bundled, into it. Built at most once; the
 * bundles of the functions hold the outcome instead (infra/bundle.ts).
 *
 * @throws Error where the page does not link exactly one stylesheet and one script of its folder
 */
export function inlinePage(folder: string): () => Promise<Page> {
  let built: Promise<Page> | undefined;
  return () => {
    built ??= build(folder);
    return built;
  };
}

async function build(folder: string): Promise<Page> {
  const { html: source, style, script } = await readSources(folder);
  const html = source
    .replace(style.link, () => `<style>${style.content}</style>`)
    .replace(script.link, () => `<script type="module">${script.content}</script>`);
  return { html, contentSecurityPolicy: policyOf(style.content, script.content) };
}

/** CSP level 3: scripts and styles by their hash, requests to where the page came from, and nothing else. */
function policyOf(style: string, script: string): string {
  return [
    `default-src 'none'`,
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    `connect-src 'self'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
  ].join('; ');
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
