import type { APIGatewayProxyEvent } from 'aws-lambda';

const hostShape = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

/**
 * The origin that a request was sent to, and the stage that API Gateway took off its path. It goes into links of
 * the answer to that very request and nowhere else, since a caller may say anything of it.
 *
 * @returns an empty string where the request names no host: links are relative then
 */
export function baseUrlOf(event: APIGatewayProxyEvent, headers: ReadonlyMap<string, string>): string {
  const host = headers.get('host') ?? '';
  if (!hostShape.test(host)) return '';
  const scheme = headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https' ? 'https' : 'http';
  const whole = event.requestContext.path ?? '';
  const stage = whole.endsWith(event.path) ? whole.slice(0, whole.length - event.path.length) : '';
  return `${scheme}://${host}${stage}`;
}
