import type { z } from 'zod';
import type { RouteRecord } from '../define-route.ts';
import { limits } from '../limits.ts';
import { routes } from '../routes.ts';
import { ErrorBody } from '../schemas.ts';
import { type Tag, tags } from '../tags.ts';
import { exampleOf } from './examples.ts';
import { errorsOf } from './implied-errors.ts';
import { type Converted, jsonSchemas } from './json-schemas.ts';
import { errorExamples, headers, responseName, responsesOf, sharedResponses } from './responses.ts';
import { description } from './text.ts';
import type { HttpMethod, OpenApiDocument, OpenApiOperation, Parameter, Reference } from './types.ts';

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Identifies this request, so that a retry does not repeat its effect.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: limits.idempotencyKeyCharacters,
    pattern: '^[\\x20-\\x7e]+$',
  },
  example: '7b1f3a52-4f0e-4c7e-9d5b-0f6a2c1d8e34',
};

const securitySchemes = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
    description: 'A user’s API key (`pyapi_…`), or the key of the global administrator (`sradm_…`).',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A JWT from registration, login or refresh, or an API token.',
  },
} as const;

/** Returns the API as an OpenAPI 3.1 document, generated from the route records. */
export function openApiDocument(version: string): OpenApiDocument {
  const order = Object.keys(tags) as Tag[];
  const inOrder = order.flatMap((tag) => routes.filter((route) => route.tag === tag));
  const schemas = schemasOf(inOrder);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Strongroom',
      version,
      summary: 'A self-hosted zero-knowledge vault and code sandbox',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to the document, because a stage of API Gateway prefixes every path.
    servers: [{ url: './', description: 'The server of this document' }],
    tags: order
      .filter((tag) => inOrder.some((route) => route.tag === tag))
      .map((name) => ({ name, description: tags[name] })),
    paths: pathsOf(inOrder, schemas),
    components: {
      schemas: schemas.components,
      parameters: { IdempotencyKey: idempotencyKey },
      headers,
      responses: sharedResponses(inOrder),
      examples: errorExamples([...new Set(inOrder.flatMap((route) => [...errorsOf(route)]))].sort()),
      securitySchemes,
    },
  };
}

const requestParts = ['params', 'query', 'body'] as const;

function schemasOf(records: readonly RouteRecord[]): Converted {
  const requests: Record<string, z.ZodType> = {};
  const responses: Record<string, z.ZodType> = { error: ErrorBody };
  for (const route of records) {
    for (const part of requestParts) {
      if (route[part]) requests[`${route.operationId} ${part}`] = route[part];
    }
    for (const [status, { body }] of Object.entries(route.responses)) {
      responses[responseName(route, status)] = body;
    }
  }
  return jsonSchemas(requests, responses);
}

function pathsOf(records: readonly RouteRecord[], schemas: Converted): OpenApiDocument['paths'] {
  const paths: Record<string, { [M in HttpMethod]?: OpenApiOperation }> = {};
  for (const route of records) {
    const method = route.method.toLowerCase() as HttpMethod;
    paths[route.path] = { ...paths[route.path], [method]: operationOf(route, schemas) };
  }
  return paths;
}

function operationOf(route: RouteRecord, schemas: Converted): OpenApiOperation {
  const parameters = parametersOf(route, schemas);
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description && { description: route.description }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: requestBodyOf(route, route.body, schemas) }),
    responses: responsesOf(route, schemas),
    security: securityOf(route),
    ...(route.audit && { 'x-audit-action': route.audit }),
    ...(route.rateLimit !== 'none' && { 'x-rate-limit': route.rateLimit }),
    ...(route.scope && { 'x-token-scope': route.scope }),
  };
}

/** Returns alternatives. The empty one means that a request without a credential is accepted too. */
function securityOf({ auth }: RouteRecord): OpenApiOperation['security'] {
  if (auth === 'none') return [];
  const schemes = Object.keys(securitySchemes).map((name) => ({ [name]: [] }) as const);
  return auth === 'optional' ? [{}, ...schemes] : schemes;
}

function requestBodyOf(
  { operationId }: RouteRecord,
  body: z.ZodObject,
  { requests, components }: Converted,
): NonNullable<OpenApiOperation['requestBody']> {
  const schema = requests[`${operationId} body`] ?? {};
  const example = exampleOf(schema, components);
  return {
    required: !body.safeParse({}).success,
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
  };
}

function parametersOf(route: RouteRecord, { requests }: Converted): (Parameter | Reference)[] {
  const of = (part: 'params' | 'query', place: 'path' | 'query'): Parameter[] => {
    const { properties = {}, required = [] } = requests[`${route.operationId} ${part}`] ?? {};
    return Object.entries(properties).map(([name, { description, examples, ...schema }]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description && { description }),
      schema,
      ...(examples && { example: examples[0] }),
    }));
  };
  const headers = Object.entries(route.headers ?? {}).map(
    ([name, description]): Parameter => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    }),
  );
  const idempotency = route.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : [];
  return [...of('params', 'path'), ...of('query', 'query'), ...headers, ...idempotency];
}
