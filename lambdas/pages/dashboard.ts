import { page } from '../../web/dashboard/page.ts';
import { pages } from '../contract/pages.ts';
import { endpoint } from '../shared/endpoint.ts';
import { pageHeaders } from '../shared/page-headers.ts';

export const handler = endpoint(pages.dashboard, async (_request, { settings }) => {
  const { html, contentSecurityPolicy } = await page();
  const headers = pageHeaders(contentSecurityPolicy, settings.STRONGROOM_OBJECTS_ORIGIN);
  return { status: 200, body: html, headers };
});
