import { Router } from '../../bin/local/router.ts';
import { StrongroomClient } from '../../client/index.ts';
import { routes } from '../../contract/routes.ts';
import type { Invocation } from './invoke.ts';

const router = new Router(routes);

type HandlerResponse = { readonly status: number; readonly body: unknown };

/** Returns the client library on handlers in this process. @param call runs one operation */
export function handlerClient(
  call: (operationId: string, invocation: Invocation) => Promise<HandlerResponse>,
): StrongroomClient {
  const fetch: typeof globalThis.fetch = async (input, { method = 'GET', body, headers } = {}) => {
    const { pathname, searchParams } = new URL(String(input));
    const match = router.find(method, pathname);
    if (!match || !('route' in match)) throw new Error(`there is no ${method} ${pathname}`);
    const key = new Headers(headers).get('idempotency-key');
    const response = await call(match.route.operationId, {
      params: match.params,
      query: Object.fromEntries(searchParams),
      ...(body && { body: JSON.parse(String(body)) }),
      ...(key && { headers: { 'idempotency-key': key } }),
    });
    return Response.json(response.body, { status: response.status });
  };
  return new StrongroomClient({ baseUrl: 'http://handlers', fetch });
}
