type Values = Readonly<Record<string, unknown>>;

/**
 * The URL of a call: the base with its path kept, the braces of the route's path filled, the query appended.
 *
 * @throws TypeError for a parameter that is missing, or that a URL cannot carry as a segment of its path
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

/** URLs drop the segments `.` and `..`, percent-encoded too: the call would reach another operation. */
function segmentOf(name: string, value: unknown): string {
  const text = value === undefined ? '' : String(value);
  if (text === '' || text === '.' || text === '..') {
    throw new TypeError(`params.${name} must be text that can stand in a path`);
  }
  return encodeURIComponent(text);
}
