import { describe, expect, it } from 'vitest';
import { type AnyRoute, routes } from '../../contract/routes.ts';

/** The only operations that change something, or may be refused a sign-in, and leave no audit entry. */
const unaudited: ReadonlySet<AnyRoute['operationId']> = new Set([
  'auth.verify',
  // It issues work and grants nothing; the request that the work is for is audited.
  'challenges.create',
] as const);

const named = (some: readonly (typeof routes)[number][]) =>
  some.map((route) => [route.operationId, route] as const);
/** The routes that a rule is about: at least one, or the rule tests nothing. */
const routesWhere = (applies: (route: (typeof routes)[number]) => unknown) => {
  const some = routes.filter(applies);
  if (some.length === 0) throw new Error('the rule applies to no route');
  return named(some);
};

describe.each(named(routes))('%s', (operationId, route) => {
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

  it('declares a success response, and no error twice', () => {
    expect(Object.keys(route.responses).some((status) => /^(2\d\d|303)$/.test(status))).toBe(true);
    expect(new Set(route.errors).size).toBe(route.errors?.length ?? 0);
  });

  it('asks for no more time than API Gateway allows', () => {
    expect(route.timeoutSeconds ?? 0).toBeLessThanOrEqual(route.stream ? 900 : 29);
  });
});

const schemasOf = ({ params, query, body }: (typeof routes)[number]) =>
  [params, query, body].filter((schema) => schema !== undefined);

it.each(routesWhere((route) => schemasOf(route).length > 0))('%s refuses unknown fields', (_, route) => {
  for (const schema of schemasOf(route)) {
    expect(schema.safeParse({ unheardOf: '1' }).error?.issues).toContainEqual(
      expect.objectContaining({ code: 'unrecognized_keys' }),
    );
  }
});

it.each(routesWhere(({ method }) => method === 'GET' || method === 'DELETE'))(
  '%s has no body',
  (_, route) => {
    expect(route.body).toBeUndefined();
  },
);

it.each(routesWhere(({ idempotent }) => idempotent))(
  '%s is a POST, since it honours Idempotency-Key',
  (_, route) => {
    expect(route.method).toBe('POST');
  },
);

it.each(
  routesWhere(
    ({ method, operationId }) => method !== 'GET' && !unaudited.has(operationId as AnyRoute['operationId']),
  ),
)('%s changes something, and leaves an audit entry under its own name', (operationId, route) => {
  expect(route.audit).toBe(operationId);
});

it.each(routesWhere(({ scope }) => scope))('%s accepts API tokens, and lets callers sign in', (_, route) => {
  expect(['user', 'any', 'optional']).toContain(route.auth);
});

it.each(
  routesWhere(({ access: { tables, objects, sandboxes, ping } }) => tables || objects || sandboxes || ping),
)('%s touches a store, and is rate limited', (_, route) => {
  expect(route.rateLimit).not.toBe('none');
});

it.each(
  routesWhere(({ body }) =>
    Object.keys(body?.shape ?? {}).some((name) => /^(current)?password$/i.test(name)),
  ),
)('%s checks passwords, and is limited tightly', (_, route) => {
  expect(route.rateLimit).toBe('auth');
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
