type Values = Readonly<Record<string, unknown>>;

/**
 * Returns the URL of a request: the base URL including its path, the route's path with its parameters, and the query.
 *
 * @throws TypeError if a parameter is missing, or cannot be a segment of a path
 */
export function addressOf(baseUrl: string, path: string, params: Values = {}, query: Values = {}): string {
  const filled = path.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => segmentOf(name, params[name]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.append(name, String(value));
  }
  const tail = search.size > 0 ? `?${search}` : '';
  return `${baseUrl.replace(/\/+$/, '')}${filled}${tail}`;
}

/** URLs drop the segments `.` and `..`, even percent-encoded, so the request would reach another operation. */
function segmentOf(name: string, value: unknown): string {
  const text = value === undefined ? '' : String(value);
  if (text === '' || text === '.' || text === '..') {
    throw new TypeError(`params.${name} must be a valid path segment`);
  }
  return encodeURIComponent(text);
}
