import { pages } from '../../contract/pages.ts';
import { page } from '../../web/recipient/page.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { pageHeaders } from './page-headers.ts';

export const handler = endpoint(pages.getRecipient, async () => {
  const { html, contentSecurityPolicy } = await page();
  return { status: 200, body: html, headers: pageHeaders(contentSecurityPolicy) };
});
