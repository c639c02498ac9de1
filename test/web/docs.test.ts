import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../contract/openapi/document.ts';
import { system } from '../../contract/system.ts';
import { bundleOperations } from '../../infra/bundle.ts';
import type { ApiHandler } from '../../lambdas/pipeline/endpoint.ts';
import { curl } from '../../web/docs/curl.ts';
import { page } from '../../web/docs/page.ts';
import { inlinePage } from '../../web/inline-page.ts';

const { html, contentSecurityPolicy } = await page();

const policy = new Map(
  contentSecurityPolicy.split('; ').map((directive) => {
    const [name = '', ...sources] = directive.split(' ');
    return [name, sources] as const;
  }),
);

/** Returns the content of each element of that name. */
function contentsOf(element: string): string[] {
  return [...html.matchAll(new RegExp(`<${element}[^>]*>([\\s\\S]*?)</${element}>`, 'g'))].map(
    ([, content]) => content ?? '',
  );
}

function hashOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

describe('the documentation page', () => {
  it('has one style and one script, and a policy that allows no others', () => {
    const styles = contentsOf('style');
    const scripts = contentsOf('script');
    expect(styles).toHaveLength(1);
    expect(scripts).toHaveLength(1);
    expect(policy.get('style-src')).toEqual(styles.map(hashOf));
    expect(policy.get('script-src')).toEqual(scripts.map(hashOf));
  });

  it('allows nothing else but requests to its own origin', () => {
    expect(policy.get('default-src')).toEqual([`'none'`]);
    expect(policy.get('connect-src')).toEqual([`'self'`]);
    expect(policy.get('frame-ancestors')).toEqual([`'none'`]);
    expect(policy.get('base-uri')).toEqual([`'none'`]);
    expect(policy.get('form-action')).toEqual([`'none'`]);
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('names no other origin', () => {
    const origins = html.match(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}/g) ?? [];
    expect(origins.filter((origin) => origin !== 'http://www.w3.org')).toEqual([]); // The SVG namespace, never requested.
    expect(html).not.toMatch(/@import|url\(/);
  });

  it('has no inline handlers, no inline styles, and no script that parses HTML', () => {
    expect(html).not.toMatch(/<[^>]*\s(on\w+|style)=/i);
    expect(html).not.toMatch(/javascript:/i);
    expect(contentsOf('script').join()).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|\beval\b|document\.write/,
    );
  });

  it('links only relative addresses, so that it works behind a stage of API Gateway', () => {
    const addresses = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toContain('openapi.json');
    expect(
      addresses.filter((address) => /^(\/|\w+:)/.test(address ?? '')).map((a) => a?.slice(0, 5)),
    ).toEqual(['data:']);
    expect(contentsOf('script').join()).toMatch(/fetch\(["'`]openapi\.json["'`]/);
  });

  it('links the OpenAPI document for browsers without JavaScript', () => {
    expect(contentsOf('noscript').join()).toContain('href="openapi.json"');
  });

  it('states its language, fits a phone, and starts with a link that skips the navigation', () => {
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toContain('width=device-width');
    expect(html.indexOf('href="#main"')).toBeLessThan(html.indexOf('<nav'));
  });

  it('is smaller than 40 KB, including its style and script', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(40_000);
  });
});

describe('the folder of a page', () => {
  it('must contain one stylesheet and one script', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    await writeFile(join(folder, 'index.html'), '<link rel="stylesheet" href="a.css" />');
    await writeFile(join(folder, 'a.css'), 'p { color: red }');
    await expect(inlinePage(folder)()).rejects.toThrow('script type="module"');
    await rm(folder, { recursive: true });
  });
});

describe('the functions that serve the documentation', () => {
  let folder: string;
  let call: (operationId: string) => Promise<APIGatewayProxyResult>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docs-'));
    const bundles = await bundleOperations([system.getDocs, system.getOpenapi], folder);
    call = async (operationId) => {
      const bundle = bundles.find((each) => each.operationId === operationId);
      const url = pathToFileURL(join(bundle?.folder ?? '', 'index.mjs')).href;
      const { handler } = (await import(/* @vite-ignore */ url)) as { handler: ApiHandler };
      return handler(event, {} as never);
    };
  });

  afterAll(() => rm(folder, { recursive: true }));

  const event = {
    path: '/',
    headers: {},
    body: null,
    requestContext: { requestId: 'r', identity: { sourceIp: '127.0.0.1' } },
  } as unknown as APIGatewayProxyEvent;

  it('return the page and its policy as built at bundling time', async () => {
    const { statusCode, headers, body } = await call('system.getDocs');
    expect(statusCode).toBe(200);
    expect(body).toBe(html);
    expect(headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    const source = await readFile(join(folder, 'lambda', 'system.getDocs', 'index.mjs'), 'utf8');
    expect(source).not.toContain('esbuild');
  });

  it('return the OpenAPI document', async () => {
    const { statusCode, body } = await call('system.getOpenapi');
    expect(statusCode).toBe(200);
    const { info } = JSON.parse(body) as { info: { version: string } };
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(openApiDocument(info.version))));
  });
});

describe('the curl command', () => {
  const document = openApiDocument('1.2.3');
  const command = (path: string, method: 'get' | 'put' | 'post') => {
    const operation = document.paths[path]?.[method];
    if (!operation) throw new Error(`no ${method} ${path}`);
    return curl(document, 'https://api.example.com/prod/', { method: method.toUpperCase(), path, operation });
  };

  it('keeps the stage, fills in the path and sends the credential', () => {
    const text = command('/api/v1/secrets/{name}', 'put');
    expect(text).toContain(`curl -X PUT 'https://api.example.com/prod/api/v1/secrets/DATABASE_URL'`);
    expect(text).toContain('-H "X-Api-Key: $STRONGROOM_API_KEY"');
  });

  it('is only the address if nothing else is needed', () => {
    expect(command('/health', 'get')).toBe(`curl 'https://api.example.com/prod/health'`);
  });

  it('quotes the body so that a shell sends exactly the example of the document', () => {
    const text = command('/api/v1/execute', 'post');
    expect(text).toContain(`'\\''GREETING'\\''`);
    expect(text).toContain('-H "Idempotency-Key: $(uuidgen)"');
  });
});
