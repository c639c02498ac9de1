import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../contract/pages.ts';
import { bundleOperations } from '../../infra/bundle.ts';
import type { ApiHandler } from '../../lambdas/pipeline/endpoint.ts';
import { assets as buildAssets, firstLoad as buildFirstLoad, page } from '../../web/dashboard/page.ts';

const { html, contentSecurityPolicy } = await page();
const assets = await buildAssets();
const firstLoad = await buildFirstLoad();
const scripts = assets.filter(({ name }) => name.endsWith('.js'));

const integrity = (content: string) => `sha384-${createHash('sha384').update(content).digest('base64')}`;
const [, importMap = ''] = /<script type="importmap">(.*)<\/script>/.exec(html) ?? [];

describe('the dashboard', () => {
  it('loads less than 200 KiB compressed until a section is opened', () => {
    const sizes = [html, ...firstLoad.map(({ content }) => content)].map((text) => gzipSync(text).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(200 * 1024);
    expect(firstLoad.length).toBeLessThan(assets.length);
  });

  it('loads no sealed-box code and no WebAssembly until they are used', () => {
    const webAssembly = Buffer.from('\0asm\x01\0\0\0').toString('base64').slice(0, 10);
    for (const sign of ['strongroom sealed-box request', webAssembly]) {
      const holds = ({ content }: { readonly content: string }) => content.includes(sign);
      expect([sign, assets.some(holds), firstLoad.some(holds)]).toEqual([sign, true, false]);
    }
  });

  it('contains no inline code and states the hash of every script that it can load', () => {
    const inline = html.replace(`<script type="importmap">${importMap}</script>`, '');
    expect(inline).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\s(on\w+|style)=|javascript:/i);
    const map = JSON.parse(importMap) as Record<string, Record<string, string>>;
    expect(Object.keys(map)).toEqual(['integrity']);
    for (const { name, content } of scripts) {
      const listed = map.integrity?.[`./assets/${name}`];
      const linked = html.includes(`src="assets/${name}" integrity="${integrity(content)}"`);
      expect([name, linked || listed === integrity(content)]).toEqual([name, true]);
    }
  });

  it('allows only these scripts, and requests only to its own origin', () => {
    const directives = contentSecurityPolicy.split('; ').map((each) => each.split(' '));
    const policy = Object.fromEntries(directives.map(([name, ...sources]) => [name, sources.sort()]));
    const hashes = [importMap, ...scripts.map(({ content }) => content)].map(
      (each) => `'${integrity(each)}'`,
    );
    expect(policy).toEqual({
      'default-src': [`'none'`],
      'script-src': [...hashes, `'wasm-unsafe-eval'`].sort(),
      'style-src': [`'self'`],
      'connect-src': [`'self'`],
      'img-src': ['blob:', 'data:'],
      'base-uri': [`'none'`],
      'form-action': [`'none'`],
      'frame-ancestors': [`'none'`],
      'require-trusted-types-for': [`'script'`],
      'trusted-types': [`'none'`],
    });
  });

  it('names no other origin and evaluates no text as code', () => {
    for (const { content } of assets) {
      const origins = content.match(/(?:https?|wss?):\/\/[\w.-]+\.[a-z]{2,}/g) ?? [];
      expect(origins.filter((origin) => origin !== 'http://www.w3.org')).toEqual([]); // Namespaces.
      expect(content).not.toMatch(
        /document\.write|\beval\(|new Function|sendBeacon|WebSocket|indexedDB|\.cookie/,
      );
    }
  });
});

describe('the functions that serve the dashboard', () => {
  let folder: string;
  let call: (operationId: string, params?: Record<string, string>) => ReturnType<ApiHandler>;

  const objects = 'https://objects.s3.eu-central-1.amazonaws.com';

  beforeAll(async () => {
    process.env.STRONGROOM_OBJECTS_ORIGIN = objects;
    folder = await mkdtemp(join(tmpdir(), 'pages-'));
    const bundles = await bundleOperations([pages.getDashboard, pages.getHome, pages.getAsset], folder);
    call = async (operationId, pathParameters = {}) => {
      const bundle = bundles.find((each) => each.operationId === operationId);
      const url = pathToFileURL(join(bundle?.folder ?? '', 'index.mjs')).href;
      const { handler } = (await import(/* @vite-ignore */ url)) as { handler: ApiHandler };
      const requestContext = { requestId: 'r', identity: { sourceIp: '127.0.0.1' }, path: '/live/' };
      const headers = { host: 'vault.example.com', 'x-forwarded-proto': 'https' };
      const event = { path: '/', headers, body: null, pathParameters, requestContext };
      return handler(event as unknown as APIGatewayProxyEvent, {} as never);
    };
  });
  afterAll(async () => {
    delete process.env.STRONGROOM_OBJECTS_ORIGIN;
    await rm(folder, { recursive: true });
  });

  it('return the built page and forbid caching it', async () => {
    const { statusCode, body, headers } = await call('pages.getDashboard');
    expect([statusCode, body]).toEqual([200, html]);
    // The browser transfers encrypted files directly to and from the object store, wherever that is.
    const policy = contentSecurityPolicy.replace(`connect-src 'self'`, `connect-src 'self' ${objects}`);
    expect(headers).toMatchObject({
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    });
  });

  it('return every asset and let browsers cache it forever', async () => {
    for (const { name, content } of assets) {
      const { statusCode, body, headers } = await call('pages.getAsset', { name });
      expect([statusCode, body]).toEqual([200, content]);
      expect(headers).toMatchObject({ 'Cache-Control': 'public, max-age=31536000, immutable' });
    }
  });

  it('redirect from the root to the dashboard, also behind a stage of API Gateway', async () => {
    const { statusCode, headers } = await call('pages.getHome');
    expect([statusCode, headers?.Location]).toEqual([303, 'https://vault.example.com/live/dashboard']);
  });
});
