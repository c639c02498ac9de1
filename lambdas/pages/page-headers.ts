/**
 * Headers of a page that handles secrets: no foreign window, frame, referrer or robot has any of it.
 *
 * @param objectsOrigin another origin that the page may call: where sealed files are put to and come from
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
