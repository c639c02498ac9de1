import { system } from '../../contract/system.ts';
import { page } from '../../web/docs/page.ts';
import { endpoint } from '../pipeline/endpoint.ts';

export const handler = endpoint(system.getDocs, async () => {
  const { html, contentSecurityPolicy } = await page();
  const headers = {
    'Content-Security-Policy': contentSecurityPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
  };
  return { status: 200, body: html, headers };
});
