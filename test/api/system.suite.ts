import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { routes } from '../../contract/routes.ts';
import { call, type Target } from './target.ts';

export function systemSuite(target: () => Target): void {
  const get = (path: string) => call(target(), 'GET', path);

  describe('system', () => {
    test('GET /health always has the same body', async () => {
      const { status, text } = await get('/health');
      expect([status, text]).toEqual([200, '{"status":"ok"}']);
    });

    test('GET /api/health checks every component', async () => {
      const { status, body } = await get('/api/health');
      expect(status).toBe(200);
      expect(body).toEqual({
        status: 'ok',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        checks: { database: 'ok', objects: 'ok', keys: 'ok', sandbox: 'ok' },
      });
    });

    test('GET /api describes the server and its limits', async () => {
      const { status, body } = await get('/api');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        name: 'strongroom',
        limits: { codeBytes: 262_144, secretValueBytes: 65_536 },
        algorithms: { password: { name: 'Argon2id', memoryKiB: 65_536, passes: 3, lanes: 4 } },
      });
    });

    test('GET /.well-known/jwks.json publishes the token key without its private half', async () => {
      const { status, body } = await get('/.well-known/jwks.json');
      expect(status).toBe(200);
      expect(body.keys.length).toBeGreaterThan(0);
      for (const key of body.keys) {
        expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
        expect(key).not.toHaveProperty('d');
      }
    });

    test('GET /openapi.json describes every operation', async () => {
      const { status, body } = await get('/openapi.json');
      expect(status).toBe(200);
      expect(body.openapi).toBe('3.1.0');
      for (const { path, method, operationId } of routes) {
        expect(body.paths[path]?.[method.toLowerCase()]?.operationId).toBe(operationId);
      }
    });

    test('GET /docs returns a page that loads nothing from other origins', async () => {
      const { status, headers, text } = await get('/docs');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(text).toContain('<!doctype html>');
      expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    });

    test('GET /s/{id} is the same page for every ID, never cached, and its assets are cached forever', async () => {
      const { status, headers, text } = await get('/s/no-such-message');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect((await get('/s/another')).text).toBe(text);
      const assets = [...text.matchAll(/"\.\.(\/assets\/[\w.-]+)" integrity="sha384-([^"]+)"/g)];
      expect(assets).toHaveLength(2);
      for (const [, path = '', hash] of assets) {
        const asset = await get(path);
        expect(asset.status).toBe(200);
        expect(createHash('sha384').update(asset.text).digest('base64')).toBe(hash);
        expect(asset.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/);
        expect(asset.headers.get('cache-control')).toContain('immutable');
      }
      expect((await get('/assets/recipient-0000000000000000.js')).status).toBe(404);
    });
  });
}
