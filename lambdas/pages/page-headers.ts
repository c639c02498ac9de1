/**
 * Returns the headers of a page that handles secrets: other windows, frames, referrers and robots get nothing of it.
 *
 * @param objectsOrigin another origin that the page may request: the object store, for sealed files
 */
export function pageHeaders(contentSecurityPolicy: string, objectsOrigin?: string) {
  const own = `connect-src 'self'`;
  return {
    'Content-Security-Policy': objectsOrigin
      ? contentSecurityPolicy.replace(own, `${own} ${objectsOrigin}`)
      : contentSecurityPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
    'X-Robots-Tag': 'noindex, nofollow, noarchive',
  };
}
