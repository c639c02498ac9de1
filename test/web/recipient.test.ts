import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../contract/pages.ts';
import { bundleOperations } from '../../infra/bundle.ts';
import type { ApiHandler } from '../../lambdas/pipeline/endpoint.ts';
import { assets as buildAssets, page } from '../../web/recipient/page.ts';
import { fill, languages, plural, preferred } from '../../web/recipient/words.ts';

const { html, contentSecurityPolicy } = await page();
const assets = await buildAssets();
const [css, js] = ['.css', '.js'].map((end) => {
  const asset = assets.find(({ name }) => name.endsWith(end));
  if (!asset) throw new Error(`the page has no asset ${end}`);
  return asset;
}) as [(typeof assets)[number], (typeof assets)[number]];

const integrity = (content: string) => `sha384-${createHash('sha384').update(content).digest('base64')}`;
const policy = new Map(
  contentSecurityPolicy.split('; ').map((directive) => {
    const [name = '', ...sources] = directive.split(' ');
    return [name, sources] as const;
  }),
);

describe('the recipient’s page', () => {
  it('contains no inline code, and links one script and one stylesheet by name and hash', () => {
    expect(html).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\s(on\w+|style)=|javascript:/i);
    expect(html).toContain(
      `<script type="module" src="../assets/${js.name}" integrity="${integrity(js.content)}"></script>`,
    );
    expect(html).toContain(
      `<link rel="stylesheet" href="../assets/${css.name}" integrity="${integrity(css.content)}" />`,
    );
  });

  it('allows only that script, and requests only to its own origin', () => {
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': [`'none'`],
      'script-src': [`'${integrity(js.content)}'`, `'wasm-unsafe-eval'`],
      'style-src': [`'self'`],
      'connect-src': [`'self'`],
      'img-src': ['data:'],
      'base-uri': [`'none'`],
      'form-action': [`'none'`],
      'frame-ancestors': [`'none'`],
      'require-trusted-types-for': [`'script'`],
      'trusted-types': [`'none'`],
    });
  });

  it('names no other origin and parses no text as HTML or code', () => {
    for (const text of [html, css.content, js.content]) {
      const origins = text.match(/(?:https?|wss?):\/\/[\w.-]+\.[a-z]{2,}/g) ?? [];
      expect(origins.filter((origin) => origin !== 'http://www.w3.org')).toEqual([]); // The SVG namespace, never requested.
    }
    expect(css.content).not.toMatch(/@import|url\(/);
    expect(js.content).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|sendBeacon|WebSocket|localStorage|sessionStorage|indexedDB|\.cookie/,
    );
  });

  it('links only relative addresses, so that it works behind a stage of API Gateway', () => {
    const addresses = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address = '']) => address);
    expect(addresses.filter((address) => /^(\/|\w+:)/.test(address)).map((each) => each.slice(0, 5))).toEqual(
      ['data:'],
    );
  });

  it('says in every language that it requires JavaScript', () => {
    const [, noscript = ''] = /<noscript>([\s\S]*)<\/noscript>/.exec(html) ?? [];
    expect(noscript).toContain('requires JavaScript');
    expect(noscript).toMatch(/lang="es"[\s\S]*requiere JavaScript/);
  });

  it('loads less than 120 KiB compressed, including its cryptography', () => {
    const sizes = [html, css.content, js.content].map((text) => gzipSync(text).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(120 * 1024);
  });

  it('names its script by the content, so that the name changes only with the content', () => {
    expect(js.name).toMatch(/^recipient-[0-9a-f]{16}\.js$/);
    const version = createHash('sha256').update(js.content).digest('hex').slice(0, 16);
    expect(js.name).toBe(`recipient-${version}.js`);
  });
});

describe('the functions that serve the recipient’s page', () => {
  let folder: string;
  let call: (operationId: string, params: Record<string, string>) => ReturnType<ApiHandler>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pages-'));
    const bundles = await bundleOperations([pages.getRecipient, pages.getAsset], folder);
    call = async (operationId, pathParameters) => {
      const bundle = bundles.find((each) => each.operationId === operationId);
      const url = pathToFileURL(join(bundle?.folder ?? '', 'index.mjs')).href;
      const { handler } = (await import(/* @vite-ignore */ url)) as { handler: ApiHandler };
      const requestContext = { requestId: 'r', identity: { sourceIp: '127.0.0.1' } };
      const event = { path: '/', headers: {}, body: null, pathParameters, requestContext };
      return handler(event as unknown as APIGatewayProxyEvent, {} as never);
    };
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('return the built page and forbid caching it', async () => {
    const { statusCode, body, headers } = await call('pages.getRecipient', { id: 'abc' });
    expect([statusCode, body]).toEqual([200, html]);
    expect(headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    const source = await readFile(join(folder, 'lambda', 'pages.getRecipient', 'index.mjs'), 'utf8');
    expect(source).not.toContain('esbuild');
    expect(source.length).toBeLessThan(
      (await readFile(join(folder, 'lambda', 'pages.getAsset', 'index.mjs'))).length,
    );
  });

  it('return its assets, let browsers cache them forever, and return nothing else', async () => {
    for (const { name, contentType, content } of assets) {
      const { statusCode, body, headers } = await call('pages.getAsset', { name });
      expect([statusCode, body]).toEqual([200, content]);
      expect(headers).toMatchObject({
        'Content-Type': contentType,
        'Cache-Control': 'public, max-age=31536000, immutable',
      });
    }
    for (const name of ['recipient-0000000000000000.js', '..%2Fpackage.json', 'constructor']) {
      const { statusCode, headers } = await call('pages.getAsset', { name });
      expect(statusCode).toBe(404);
      expect(headers).toMatchObject({ 'Cache-Control': 'no-store' });
    }
  });
});

describe('the languages of the page', () => {
  it('have every text, with the same placeholders', () => {
    const placeholdersOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [id, english] of Object.entries(languages.en.words)) {
      const spanish = languages.es.words[id as keyof typeof languages.es.words];
      expect(spanish, id).toBeTruthy();
      expect(placeholdersOf(spanish), id).toEqual(placeholdersOf(english));
    }
  });

  it('are chosen in the order of the browser’s preferences', () => {
    expect(preferred(['fr-FR', 'es-419', 'en'])).toBe('es');
    expect(preferred(['EN-us', 'es'])).toBe('en');
    expect(preferred(['fr', 'constructor'])).toBe('en');
    expect(preferred([])).toBe('en');
  });

  it('fill values into sentences', () => {
    expect(fill('{count} more of {what}', { count: '2' })).toBe('2 more of ');
  });

  it('choose plural forms', () => {
    const remaining = (count: number, language: 'en' | 'es') =>
      plural(languages[language].words, 'remaining', count, language);
    expect(remaining(1, 'en')).toBe('The message can be opened one more time.');
    expect(remaining(2, 'en')).toBe('The message can be opened 2 more times.');
    expect(remaining(1, 'es')).toBe('El mensaje se puede abrir una vez más.');
    expect(remaining(3, 'es')).toBe('El mensaje se puede abrir 3 veces más.');
  });
});
