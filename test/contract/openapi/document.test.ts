import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { errors } from '../../../contract/errors.ts';
import { openApiDocument } from '../../../contract/openapi/document.ts';
import { errorsOf } from '../../../contract/openapi/implied-errors.ts';
import type {
  JsonSchema,
  OpenApiOperation,
  Parameter,
  Reference,
  Response,
} from '../../../contract/openapi/types.ts';
import { routes } from '../../../contract/routes.ts';
import { tags } from '../../../contract/tags.ts';

const document = openApiDocument('1.2.3');

type Located = { readonly method: string; readonly path: string; readonly operation: OpenApiOperation };

const operations: readonly Located[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

function operationOf(operationId: string): OpenApiOperation {
  const found = operations.find(({ operation }) => operation.operationId === operationId);
  if (!found) throw new Error(`no operation ${operationId}`);
  return found.operation;
}

/** Follows a reference of the document. */
function resolve<T>(value: T | Reference): T {
  const ref = (value as Partial<Reference>).$ref;
  if (ref === undefined) return value as T;
  const target = ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
  if (target === undefined) throw new Error(`${ref} leads nowhere`);
  return target as T;
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' ? [String(child)] : referencesIn(child),
  );
}

function responsesOf(operation: OpenApiOperation): [status: string, response: Response][] {
  return Object.entries(operation.responses).map(([status, response]) => [status, resolve(response)]);
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true, formats: { base64: true } }));
ajv.addSchema(document, 'strongroom');

function expectValid(schema: JsonSchema, value: unknown): void {
  const validate = ajv.compile(absolute(schema) as object);
  validate(value);
  expect(validate.errors).toBeNull();
}

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is the same each time', () => {
    expect(JSON.stringify(openApiDocument('1.2.3'))).toBe(JSON.stringify(document));
  });

  it('carries the version that it is made for', () => {
    expect(document.info.version).toBe('1.2.3');
  });

  it('has each route exactly once', () => {
    const told = operations.map(
      ({ method, path, operation }) => `${method} ${path} ${operation.operationId}`,
    );
    expect(told.toSorted()).toEqual(
      routes.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`).toSorted(),
    );
  });

  it('describes each tag, in the order of the reference, and no tag that nothing has', () => {
    const names = document.tags.map(({ name }) => name);
    const used = new Set(operations.map(({ operation }) => operation.tags[0]));
    expect(names).toEqual(Object.keys(tags).filter((tag) => used.has(tag)));
    expect(names.slice(0, 5)).toEqual(['Auth', 'Execute', 'Secrets', 'Audit', 'System']);
  });

  it('has no reference that leads nowhere', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(0);
    for (const $ref of references) expect(() => resolve({ $ref })).not.toThrow();
  });

  it('has no component that nothing refers to', () => {
    const references = new Set(referencesIn(document));
    const { securitySchemes: _, ...referred } = document.components;
    const unused = Object.entries(referred).flatMap(([kind, components]) =>
      Object.keys(components)
        .map((name) => `#/components/${kind}/${name}`)
        .filter((ref) => !references.has(ref)),
    );
    expect(unused).toEqual([]);
  });

  it('names the schemas as the reference does', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'AuthRequest',
        'AuthResponse',
        'UserInfo',
        'ExecuteRequest',
        'ExecuteResponse',
        'SecretInput',
        'SecretMetadata',
        'AuditEntry',
        'HealthResponse',
        'Error',
      ]),
    );
  });
});

describe('requests', () => {
  it('have an example that their schema accepts, wherever they have a body', () => {
    for (const { operation } of operations) {
      if (!operation.requestBody) continue;
      const media = operation.requestBody.content['application/json'];
      expect(media?.example, operation.operationId).toBeDefined();
      expectValid(media?.schema ?? {}, media?.example);
    }
  });

  it('have an example that the route itself accepts', () => {
    for (const route of routes) {
      const example = operationOf(route.operationId).requestBody?.content['application/json']?.example;
      if (route.body) expect(route.body.safeParse(example).error, route.operationId).toBeUndefined();
    }
  });

  it('are told to have a body exactly where they cannot go without', () => {
    expect(operationOf('secrets.put').requestBody?.required).toBe(true);
    expect(operationOf('auth.verify').requestBody?.required).toBe(false);
    expect(operationOf('auth.refresh').requestBody).toBeUndefined();
  });

  it('refuse unknown fields', () => {
    const { SecretInput } = document.components.schemas;
    expect(SecretInput?.additionalProperties).toBe(false);
  });

  it('take Idempotency-Key exactly where the route honours it', () => {
    const taking = operations.filter(({ operation }) =>
      operation.parameters?.some((parameter) => resolve<Parameter>(parameter).name === 'Idempotency-Key'),
    );
    expect(taking.map(({ operation }) => operation.operationId).toSorted()).toEqual(
      routes
        .filter(({ idempotent }) => idempotent)
        .map(({ operationId }) => operationId)
        .toSorted(),
    );
  });

  it('have a parameter for each brace of their path, and those of their query', () => {
    for (const { path, operation } of operations) {
      const parameters = (operation.parameters ?? []).map((parameter) => resolve<Parameter>(parameter));
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(
        parameters.filter((parameter) => parameter.in === 'path').every(({ required }) => required),
      ).toBe(true);
    }
    const paging = operationOf('secrets.list').parameters as Parameter[];
    expect(paging.map(({ name, required }) => [name, required])).toEqual([
      ['limit', false],
      ['cursor', false],
    ]);
    expect(paging[0]?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 50 });
  });

  it('ask for a credential exactly where the route does', () => {
    for (const { operationId, auth } of routes) {
      const { security } = operationOf(operationId);
      const needed = auth === 'none' ? [] : [{ apiKey: [] }, { bearer: [] }];
      expect(security).toEqual(auth === 'optional' ? [{}, ...needed] : needed);
    }
  });
});

describe('answers', () => {
  it('have examples that their schemas accept', () => {
    for (const { operation } of operations) {
      for (const [, response] of responsesOf(operation)) {
        for (const { schema, example, examples } of Object.values(response.content)) {
          if (example !== undefined) expectValid(schema, example);
          for (const each of Object.values(examples ?? {})) expectValid(schema, resolve(each).value);
        }
      }
    }
  });

  it('may gain fields', () => {
    expect(document.components.schemas.SecretMetadata).not.toHaveProperty('additionalProperties');
  });

  it('are those that the route declares, and its errors', () => {
    for (const route of routes) {
      const declared = Object.keys(route.responses);
      const refused = [...errorsOf(route)].map((code) => String(errors[code][0]));
      expect(Object.keys(operationOf(route.operationId).responses).toSorted()).toEqual(
        [...new Set([...declared, ...refused])].toSorted(),
      );
    }
  });

  it('list every code of the route under its status, with an example', () => {
    for (const route of routes) {
      const responses = new Map(responsesOf(operationOf(route.operationId)));
      for (const code of errorsOf(route)) {
        const media = responses.get(String(errors[code][0]))?.content['application/json'];
        expect(Object.keys(media?.examples ?? {})).toContain(code);
        expect(JSON.stringify(media?.schema)).toContain(JSON.stringify(code));
      }
    }
  });

  it('carry the rate limit’s headers exactly where there is a rate limit', () => {
    for (const route of routes) {
      for (const [, { headers }] of responsesOf(operationOf(route.operationId))) {
        expect(Object.keys(headers).includes('RateLimit-Limit')).toBe(route.rateLimit !== 'none');
        expect(Object.keys(headers)).toContain('X-Request-Id');
      }
    }
  });

  it('say where to wait, and where the next page begins', () => {
    const headersOf = (operationId: string, status: string) =>
      Object.keys(new Map(responsesOf(operationOf(operationId))).get(status)?.headers ?? {});
    expect(headersOf('executions.create', '429')).toContain('Retry-After');
    expect(headersOf('executions.create', '503')).toContain('Retry-After');
    expect(headersOf('executions.create', '200')).toContain('Idempotency-Replayed');
    expect(headersOf('secrets.list', '200')).toContain('X-Next-Cursor');
    expect(headersOf('secrets.put', '401')).toContain('WWW-Authenticate');
  });
});

/** The schema with its references into the document that the validator knows by name. */
function absolute(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(absolute);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      key === '$ref' ? `strongroom${String(child)}` : absolute(child),
    ]),
  );
}
