import { describe, expect, test } from 'vitest';
import { Router } from '../../../bin/local/router.ts';
import type { RouteRecord } from '../../../contract/define-route.ts';

const route = (method: RouteRecord['method'], path: RouteRecord['path']) =>
  ({ method, path, operationId: `${method} ${path}` }) as unknown as RouteRecord;

const router = new Router([
  route('GET', '/kv'),
  route('GET', '/kv/{key}'),
  route('PUT', '/kv/{key}'),
  route('GET', '/kv/shared'),
  route('GET', '/kv/{key}/shares/{id}'),
]);

const found = (method: string, path: string) => {
  const match = router.find(method, path);
  return match && 'route' in match ? [match.route.operationId, match.params] : match;
};

describe('the local router', () => {
  test('finds a route by method and path', () => {
    expect(found('GET', '/kv')).toEqual(['GET /kv', {}]);
    expect(found('PUT', '/kv/a')).toEqual(['PUT /kv/{key}', { key: 'a' }]);
    expect(found('GET', '/kv/a/shares/7')).toEqual(['GET /kv/{key}/shares/{id}', { key: 'a', id: '7' }]);
  });

  test('prefers a fixed segment to a parameter', () => {
    expect(found('GET', '/kv/shared')).toEqual(['GET /kv/shared', {}]);
  });

  test('leaves percent-encoded characters encoded, inside their segment', () => {
    expect(found('GET', '/kv/app%2Fconfig%2Furl')).toEqual(['GET /kv/{key}', { key: 'app%2Fconfig%2Furl' }]);
    expect(found('GET', '/kv/%2e%2e')).toEqual(['GET /kv/{key}', { key: '%2e%2e' }]);
  });

  test('lists the methods of a path', () => {
    expect(found('DELETE', '/kv/a')).toEqual({ allow: ['GET', 'PUT'] });
  });

  test('routes a reserved name to the operation that refuses it', () => {
    expect(found('PUT', '/kv/shared')).toEqual(['PUT /kv/{key}', { key: 'shared' }]);
    expect(found('DELETE', '/kv/shared')).toEqual({ allow: ['GET'] });
  });

  test.each(['/', '', '/KV', '/kv/', '/kv//shares/7', '/kv/a/shares', '/kv/a/b', '//kv'])(
    'knows no path %j',
    (path) => {
      expect(found('GET', path)).toBeUndefined();
    },
  );
});
