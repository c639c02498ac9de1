import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

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

const stylesheet = /<link rel="stylesheet" href="(\w+\.css)" \/>/g;
const moduleScript = /<script type="module" src="(\w+\.ts)"><\/script>/g;

async function build(folder: string): Promise<Page> {
  const source = await readFile(join(folder, 'index.html'), 'utf8');
  const style = await bundled(folder, only(source, stylesheet));
  const script = await bundled(folder, only(source, moduleScript));
  const html = source
    .replace(stylesheet, () => `<style>${style}</style>`)
    .replace(moduleScript, () => `<script type="module">${script}</script>`);
  return { html, contentSecurityPolicy: policyOf(style, script) };
}

function only(source: string, link: RegExp): string {
  const [found, ...more] = [...source.matchAll(link)];
  if (!found?.[1] || more.length > 0) throw new Error(`a page must have one ${link.source}`);
  return found[1];
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
    write: false,
    logLevel: 'silent',
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${name}`);
  return output.text;
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
