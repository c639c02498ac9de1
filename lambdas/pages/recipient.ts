import { page } from '../../web/recipient/page.ts';
import { pages } from '../contract/pages.ts';
import { endpoint } from '../shared/endpoint.ts';
import { pageHeaders } from '../shared/page-headers.ts';

export const handler = endpoint(pages.recipient, async () => {
  const { html, contentSecurityPolicy } = await page();
  return { status: 200, body: html, headers: pageHeaders(contentSecurityPolicy) };
});
