import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * Starts a proxy that forwards requests to an appliance.
 *
 * @param answer returns the content to send instead of the response to a path
 */
export async function startProxy(
  target: string,
  answer: (path: string, content: Buffer) => Promise<Buffer> | Buffer,
) {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const passed = { method: request.method ?? 'GET', headers: headers as Record<string, string> };
    const passedOn = await fetch(target + request.url, { ...passed, ...(body.length > 0 && { body }) });
    const content = Buffer.from(await passedOn.arrayBuffer());
    const changed = await answer(request.url ?? '', content);
    response.writeHead(passedOn.status, { 'content-type': 'application/json' }).end(changed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
