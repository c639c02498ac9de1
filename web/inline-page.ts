import { createHash } from 'node:crypto';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { readSources } from './page-sources.ts';

/** A page and the policy that it is served under. */
export type Page = { readonly html: string; readonly contentSecurityPolicy: string };

/**
 * Returns a function that reads `<folder>/index.html` and inlines its stylesheet and its bundled script. The page is
 * built at most once; bundled functions contain the built page instead (infra/bundle.ts).
 *
 * @throws Error if the page does not link exactly one stylesheet and one script of its folder
 */
export function inlinePage(folder: string): () => Promise<Page> {
  let page: Promise<Page> | undefined;
  return () => {
    page ??= build(folder);
    return page;
  };
}

async function build(folder: string): Promise<Page> {
  const { html: source, style, script } = await readSources(folder);
  const html = source
    .replace(style.link, () => `<style>${style.content}</style>`)
    .replace(script.link, () => `<script type="module">${script.content}</script>`);
  const sources = { scripts: [hashSource(script.content)], styles: [hashSource(style.content)] };
  return { html, contentSecurityPolicy: contentSecurityPolicy(sources) };
}

function hashSource(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
