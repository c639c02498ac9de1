import { pages } from '../../contract/pages.ts';
import { page } from '../../web/dashboard/page.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { pageHeaders } from './page-headers.ts';

export const handler = endpoint(pages.getDashboard, async (_request, { settings }) => {
  const { html, contentSecurityPolicy } = await page();
  const headers = pageHeaders(contentSecurityPolicy, settings.STRONGROOM_OBJECTS_ORIGIN);
  return { status: 200, body: html, headers };
});
