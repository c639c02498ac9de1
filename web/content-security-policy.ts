type Sources = {
  /** Such as `'sha256-…'`. Nothing else of the same origin can run. */
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
  /** Besides `data:`. */
  readonly images?: readonly string[];
};

/** Returns a policy (CSP level 3) that allows these sources and requests to the page's own origin, and nothing else. */
export function contentSecurityPolicy({ scripts, styles, images = [] }: Sources): string {
  return [
    `default-src 'none'`,
    `script-src ${scripts.join(' ')}`,
    `style-src ${styles.join(' ')}`,
    `connect-src 'self'`,
    `img-src ${['data:', ...images].join(' ')}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');
}
