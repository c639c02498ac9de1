import { describe, expect, it } from 'vitest';
import { type AnyRoute, routes } from '../../contract/routes.ts';

/** The only operations that change something, or may be refused a sign-in, and leave no audit entry. */
const unaudited: ReadonlySet<AnyRoute['operationId']> = new Set([
  'auth.verify',
  // It hands out work and gives nobody anything; what the work is for is audited.
  'challenges.create',
] as const);

describe.each(routes.map((route) => [route.operationId, route] as const))('%s', (operationId, route) => {
  const changes = route.method !== 'GET';

  it('is named for a folder and a file', () => {
    expect(operationId).toMatch(/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/);
  });

  it('has a path of plain segments, each a word or one parameter', () => {
    expect(route.path).toMatch(/^\/$|^(\/(\{[a-z][A-Za-z]*\+?\}|[a-z0-9._-]+))+$/);
  });

  it('has a schema for the parameters of its path, and for no others', () => {
    const inPath = [...route.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
    expect(Object.keys(route.params?.shape ?? {})).toEqual(inPath);
  });

  it('refuses what it does not know', () => {
    for (const part of [route.params, route.query, route.body]) {
      if (part)
        expect(part.safeParse({ unheardOf: '1' }).error?.issues).toContainEqual(
          expect.objectContaining({ code: 'unrecognized_keys' }),
        );
    }
  });

  it('takes a body only where the method has one', () => {
    if (route.method === 'GET' || route.method === 'DELETE') expect(route.body).toBeUndefined();
  });

  it('honours Idempotency-Key on a POST only', () => {
    if (route.idempotent) expect(route.method).toBe('POST');
  });

  it('leaves an audit entry under its own name where it changes something', () => {
    if (changes && !unaudited.has(operationId as AnyRoute['operationId'])) {
      expect(route.audit).toBe(operationId);
    }
  });

  it('takes API tokens only where somebody may sign in', () => {
    if (route.scope) expect(['user', 'any', 'optional']).toContain(route.auth);
  });

  it('is limited where it touches a store', () => {
    const { tables, objects, sandboxes, ping } = route.access;
    if (tables || objects || sandboxes || ping) expect(route.rateLimit).not.toBe('none');
  });

  it('is limited tightly where anyone may try passwords', () => {
    const fields = Object.keys(route.body?.shape ?? {});
    if (fields.some((name) => /^(current)?password$/i.test(name))) expect(route.rateLimit).toBe('auth');
  });

  it('declares an answer of success, and no error twice', () => {
    expect(Object.keys(route.responses).some((status) => /^(2\d\d|303)$/.test(status))).toBe(true);
    expect(new Set(route.errors).size).toBe(route.errors?.length ?? 0);
  });

  it('asks for no more time than API Gateway has', () => {
    expect(route.timeoutSeconds ?? 0).toBeLessThanOrEqual(route.stream ? 900 : 29);
  });
});

describe('the routes', () => {
  const unique = (names: readonly string[]) => expect(names.length).toBe(new Set(names).size);

  it('have operation ids of their own', () => {
    unique(routes.map(({ operationId }) => operationId));
  });

  it('have a method and path of their own, whatever their parameters are called', () => {
    unique(routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\+?\}/g, '{}')}`));
  });
});
