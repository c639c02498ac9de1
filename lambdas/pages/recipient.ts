import { page } from '../../web/recipient/page.ts';
import { pages } from '../contract/pages.ts';
import { endpoint } from '../shared/endpoint.ts';

export const handler = endpoint(pages.recipient, async () => {
  const { html, contentSecurityPolicy } = await page();
  const headers = {
    'Content-Security-Policy': contentSecurityPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
    'X-Robots-Tag': 'noindex, nofollow, noarchive',
  };
  return { status: 200, body: html, headers };
});
