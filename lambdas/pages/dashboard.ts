import { page } from '../../web/dashboard/page.ts';
import { pages } from '../contract/pages.ts';
import { endpoint } from '../shared/endpoint.ts';
import { pageHeaders } from '../shared/page-headers.ts';

export const handler = endpoint(pages.dashboard, async () => {
  const { html, contentSecurityPolicy } = await page();
  return { status: 200, body: html, headers: pageHeaders(contentSecurityPolicy) };
});
