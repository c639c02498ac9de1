import type { Method, RouteRecord } from '../contract/define-route.ts';
import { type ErrorCode, errors } from '../contract/errors.ts';
import { errorHeaders, errorTemplate, gatewayResponses } from './gateway-errors.ts';

/** Content types that a caller may send to an unknown path or with an unknown method. The body is ignored. */
const contentTypes = [
  'application/json',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
];

/** How API Gateway invokes functions. */
export type Invocation = {
  /** Returns the ARN with which an operation is integrated. */
  readonly arnOf: (route: RouteRecord) => string;
  /** ARN of the role that API Gateway assumes. */
  readonly roleArn: string;
};

/**
 * Returns the API as API Gateway imports it: OpenAPI 3.0.1, with only paths, methods and their integrations. The appliance
 * itself publishes the schemas of requests and responses, as OpenAPI 3.1.
 */
export function apiDefinition(title: string, routes: readonly RouteRecord[], invocation: Invocation): object {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const known = [...byPath].map(([path, operations]) => [
    path,
    {
      ...Object.fromEntries(
        operations.map((route) => [route.method.toLowerCase(), operation(route, invocation)]),
      ),
      ...Object.fromEntries(
        hiddenBehind(path, operations, routes).map((route) => {
          const { operationId, ...hidden } = operation(route, invocation, path);
          return [route.method.toLowerCase(), hidden];
        }),
      ),
      [anyMethod]: refusal('METHOD_NOT_ALLOWED', { Allow: `'${allowed(operations)}'` }, path),
    },
  ]);
  const unknown = unknownPaths(byPath.keys()).map((path) => [
    path,
    { [anyMethod]: refusal('NOT_FOUND', {}, path) },
  ]);
  return {
    openapi: '3.0.1',
    info: { title, version: '1' },
    paths: Object.fromEntries([...known, ...unknown]),
    'x-amazon-apigateway-gateway-responses': gatewayResponses(),
  };
}

const anyMethod = 'x-amazon-apigateway-any-method';

/** Returns the methods of a path, for `Allow` (RFC 9110 section 10.2.1). */
function allowed(operations: readonly RouteRecord[]): string {
  return operations.map(({ method }): Method => method).join(', ');
}

/**
 * Returns the operations whose path has a parameter where this path has a fixed name: `PUT /v1/kv/shared` must reach
 * `PUT /v1/kv/{key}`, which responds that the name is reserved.
 */
function hiddenBehind(
  path: string,
  operations: readonly RouteRecord[],
  routes: readonly RouteRecord[],
): readonly RouteRecord[] {
  const covers = (pattern: string) =>
    pattern !== path && new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/{}]+')}$`).test(path);
  const taken = new Set(operations.map(({ method }) => method));
  return routes.filter((route) => covers(route.path) && !taken.has(route.method));
}

/**
 * Returns all other paths, which respond 404: each prefix of a known path, and everything below. Without them API Gateway
 * would respond itself, and tell a caller with an `Authorization` header that the header is not an AWS signature.
 */
function unknownPaths(paths: Iterable<string>): string[] {
  const known = new Set(paths);
  const above = [...known].flatMap((path) => {
    const segments = path.split('/').slice(1);
    return segments.map((_, length) => `/${segments.slice(0, length).join('/')}`);
  });
  return [...new Set([...above, '/', '/{proxy+}'])].filter((path) => !known.has(path));
}

function operation(route: RouteRecord, { arnOf, roleArn }: Invocation, path: string = route.path) {
  const { operationId, stream, timeoutSeconds = 29 } = route;
  return {
    operationId,
    ...parametersOf(path),
    responses: {},
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: arnOf(route),
      credentials: roleArn,
      passthroughBehavior: 'when_no_match',
      ...(stream && { responseTransferMode: 'STREAM', timeoutInMillis: timeoutSeconds * 1000 }),
    },
  };
}

/** A response that API Gateway itself returns, whatever the body. */
function refusal(code: ErrorCode, headers: Readonly<Record<string, string>>, path: string): object {
  const status = String(errors[code][0]);
  const all = { ...errorHeaders, ...headers };
  return {
    ...parametersOf(path),
    responses: {
      [status]: {
        description: errors[code][1],
        headers: Object.fromEntries(Object.keys(all).map((name) => [name, { schema: { type: 'string' } }])),
      },
    },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      passthroughBehavior: 'never',
      requestTemplates: Object.fromEntries(contentTypes.map((type) => [type, `{"statusCode":${status}}`])),
      responses: {
        default: {
          statusCode: status,
          responseParameters: Object.fromEntries(
            Object.entries(all).map(([name, value]) => [`method.response.header.${name}`, value]),
          ),
          responseTemplates: { 'application/json': errorTemplate(code) },
        },
      },
    },
  };
}

function parametersOf(path: string): object {
  const names = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
  if (names.length === 0) return {};
  return {
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  };
}
