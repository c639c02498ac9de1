import { page } from '../../web/docs/page.ts';
import { system } from '../contract/system.ts';
import { endpoint } from '../shared/endpoint.ts';

export const handler = endpoint(system.docs, async () => {
  const { html, contentSecurityPolicy } = await page();
  const headers = {
    'Content-Security-Policy': contentSecurityPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
  };
  return { status: 200, body: html, headers };
});
