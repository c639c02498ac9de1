import { describe, expect, test } from 'vitest';
import { errors } from '../../contract/errors.ts';
import { routes } from '../../contract/routes.ts';
import { ApiError } from '../../lambdas/pipeline/api-error.ts';
import { refuseUnrouted } from '../../lambdas/pipeline/respond.ts';
import { textOf } from './policies.ts';
import type { Json, Synthesis } from './synthesis.ts';

const anyMethod = 'x-amazon-apigateway-any-method';

/** A function's response, with which the gateway's own responses are compared. */
const model = refuseUnrouted(new ApiError('NOT_FOUND'), 'REQUEST');

/** A template or mapping as API Gateway renders it for request `REQUEST`. */
function render(text: string): string {
  return text
    .replace('$context.requestId', 'REQUEST')
    .replace(/^context\.requestId$/, 'REQUEST')
    .replaceAll(/^'|'$/g, '');
}

export function apiSuite(synthesis: () => Synthesis): void {
  const api = () => synthesis().ofType('AWS::ApiGateway::RestApi')[0]?.[1].Properties;
  const body = () => api().Body;
  const stage = () => synthesis().ofType('AWS::ApiGateway::Stage')[0]?.[1].Properties;

  const headersOf = (parameters: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name.split('.').at(-1), render(value)]),
    );

  describe('the API definition', () => {
    test('has the version that API Gateway imports', () => {
      expect(body().openapi).toBe('3.0.1');
    });

    test('has each route, and no other method', () => {
      const methods = Object.entries(
        body().paths as Record<string, Record<string, { operationId: string }>>,
      ).flatMap(([path, item]) =>
        Object.entries(item)
          .filter(([method]) => method !== anyMethod)
          .map(([method, { operationId = 'hidden' }]) => `${operationId} ${method.toUpperCase()} ${path}`),
      );
      // A fixed name in the place of another route's parameter hides that route's methods from the gateway.
      const hidden = [
        'hidden DELETE /api/v1/packages/lock',
        'hidden DELETE /v1/files/shared',
        'hidden DELETE /v1/files/uploads',
        'hidden DELETE /v1/kv/shared',
        'hidden PUT /v1/kv/shared',
        'hidden PUT /v1/sealed/kv/shared',
      ];
      expect(methods.sort()).toEqual(
        [
          ...routes.map(({ operationId, method, path }) => `${operationId} ${method} ${path}`),
          ...hidden,
        ].sort(),
      );
    });

    test.each(routes.map((route) => [route.operationId, route] as const))(
      '%s leads to its function',
      (operationId, { method, path, stream, timeoutSeconds = 0 }) => {
        const { [method.toLowerCase()]: operation } = body().paths[path];
        const integration = operation['x-amazon-apigateway-integration'];
        expect(integration).toMatchObject({ type: 'aws_proxy', httpMethod: 'POST' });
        const target = `${operationId
          .split('.')
          .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
          .join('')}/Function`;
        expect(textOf(synthesis(), integration.uri)).toMatch(
          stream
            ? new RegExp(`:lambda:path/2021-11-15/functions/${target}/response-streaming-invocations$`)
            : new RegExp(`:lambda:path/2015-03-31/functions/${target}/invocations$`),
        );
        expect(textOf(synthesis(), integration.credentials)).toBe('Api/Invoker/Role');
        const { responseTransferMode, timeoutInMillis } = integration;
        expect([responseTransferMode, timeoutInMillis]).toEqual(
          stream ? ['STREAM', timeoutSeconds * 1000] : [undefined, undefined],
        );
        expect(operation.parameters?.map(({ name }: { name: string }) => name) ?? []).toEqual(
          [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name),
        );
      },
    );

    test('returns 405 with the known methods for another method', () => {
      for (const path of new Set(routes.map((route) => route.path))) {
        const { responses } = body().paths[path][anyMethod]['x-amazon-apigateway-integration'];
        const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
        expect(responses.default.statusCode).toBe('405');
        expect(headersOf(responses.default.responseParameters)).toEqual({
          ...model.headers,
          Allow: methods.join(', '),
        });
        expect(JSON.parse(render(responses.default.responseTemplates['application/json']))).toEqual(
          JSON.parse(refuseUnrouted(new ApiError('METHOD_NOT_ALLOWED'), 'REQUEST').body),
        );
      }
    });

    test('returns 404 for any other path, whatever the request', () => {
      const known = new Set<string>(routes.map(({ path }) => path));
      const unknown = Object.keys(body().paths).filter((path) => !known.has(path));
      expect(unknown).toEqual(expect.arrayContaining(['/{proxy+}', '/api/v1', '/.well-known']));
      for (const path of unknown) {
        const { requestTemplates, responses } =
          body().paths[path][anyMethod]['x-amazon-apigateway-integration'];
        expect(Object.values(requestTemplates)).toEqual(
          Object.keys(requestTemplates).map(() => '{"statusCode":404}'),
        );
        expect(headersOf(responses.default.responseParameters)).toEqual(model.headers);
        expect(JSON.parse(render(responses.default.responseTemplates['application/json']))).toEqual(
          JSON.parse(model.body),
        );
      }
    });

    test('declares each header of its own responses', () => {
      for (const item of Object.values(body().paths as Record<string, Json>)) {
        const { responses, 'x-amazon-apigateway-integration': integration } = item[anyMethod];
        const { statusCode, responseParameters } = integration.responses.default;
        const declared = Object.keys(responses[statusCode].headers);
        expect(declared).toEqual(Object.keys(responseParameters).map((name) => name.split('.').at(-1)));
      }
    });
  });

  describe('the errors of the gateway', () => {
    const responses = () => body()['x-amazon-apigateway-gateway-responses'] as Record<string, Json>;

    test('have the format and the headers of all errors', () => {
      expect(Object.keys(responses())).toEqual(expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX']));
      for (const { statusCode, responseParameters, responseTemplates } of Object.values(responses())) {
        const { code, ...rest } = JSON.parse(render(responseTemplates['application/json']));
        const [status, sentence] = errors[code as keyof typeof errors];
        expect(statusCode).toBe(String(status));
        expect(rest).toEqual({ success: false, error: sentence, requestId: 'REQUEST' });
        expect(headersOf(responseParameters)).toMatchObject(model.headers ?? {});
      }
    });

    test.each([
      ['MISSING_AUTHENTICATION_TOKEN', '404'],
      ['RESOURCE_NOT_FOUND', '404'],
      ['ACCESS_DENIED', '403'],
      ['WAF_FILTERED', '403'],
      ['REQUEST_TOO_LARGE', '413'],
      ['UNSUPPORTED_MEDIA_TYPE', '415'],
      ['THROTTLED', '429'],
      ['INTEGRATION_FAILURE', '500'],
      ['INTEGRATION_TIMEOUT', '504'],
    ])('map %s to %s', (type, status) => {
      expect(responses()[type]).toMatchObject({ statusCode: status });
    });

    test('tell a throttled caller when to retry', () => {
      expect(headersOf(responses().THROTTLED.responseParameters)).toMatchObject({ 'Retry-After': '1' });
    });
  });

  describe('the stage', () => {
    test('is throttled and logs no request', () => {
      expect(stage().MethodSettings).toEqual([
        expect.objectContaining({
          HttpMethod: '*',
          ResourcePath: '/*',
          DataTraceEnabled: false,
          LoggingLevel: 'ERROR',
        }),
      ]);
      expect(stage().MethodSettings[0].ThrottlingRateLimit).toBeGreaterThan(0);
      expect(stage().MethodSettings[0].ThrottlingBurstLimit).toBeGreaterThan(0);
    });

    test('keeps paths, queries, headers and bodies out of the access log', () => {
      const variables = Object.values(
        JSON.parse(stage().AccessLogSetting.Format) as Record<string, string>,
      ).sort();
      expect(variables).toEqual([
        '$context.error.responseType',
        '$context.httpMethod',
        '$context.identity.sourceIp',
        '$context.integrationLatency',
        '$context.integrationStatus',
        '$context.requestId',
        '$context.requestTimeEpoch',
        '$context.resourcePath',
        '$context.responseLatency',
        '$context.responseLength',
        '$context.status',
      ]);
    });

    test('uses TLS 1.2 or later, with post-quantum key exchange', () => {
      expect(api()).toMatchObject({
        SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
        EndpointAccessMode: 'BASIC',
      });
    });
  });
}
