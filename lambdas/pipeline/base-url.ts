import type { APIGatewayProxyEvent } from 'aws-lambda';

const hostShape = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

/**
 * Returns the origin that a request was sent to, with the stage that API Gateway removed from the path. Use it only
 * in links of the response to this very request: the caller controls it.
 *
 * @returns an empty string if the request names no host; links are relative then
 */
export function baseUrlOf(event: APIGatewayProxyEvent, headers: ReadonlyMap<string, string>): string {
  const host = headers.get('host') ?? '';
  if (!hostShape.test(host)) return '';
  const scheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https' ? 'https' : 'http';
  const whole = event.requestContext.path ?? '';
  const stage = whole.endsWith(event.path) ? whole.slice(0, whole.length - event.path.length) : '';
  return `${scheme}://${host}${stage}`;
}
