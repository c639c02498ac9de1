import type { RouteRecord } from '../../contract/define-route.ts';

export type Match =
  | { readonly route: RouteRecord; readonly params: Readonly<Record<string, string>> }
  /** Methods that the path has. */
  | { readonly allow: readonly string[] };

type Pattern = { readonly segments: readonly string[]; readonly byMethod: Map<string, RouteRecord> };

const parameterOf = (segment: string) => /^\{(\w+)\}$/.exec(segment)?.[1];

/**
 * Finds the route of a request as API Gateway does: by the encoded path of the URL, so that `%2F` stays inside its segment
 * and parameters remain encoded. A fixed segment takes precedence over a parameter.
 */
export class Router {
  readonly #patterns: readonly Pattern[];

  constructor(routes: readonly RouteRecord[]) {
    const byPath = new Map<string, Pattern>();
    for (const route of routes) {
      const pattern = byPath.get(route.path) ?? { segments: route.path.split('/'), byMethod: new Map() };
      pattern.byMethod.set(route.method, route);
      byPath.set(route.path, pattern);
    }
    this.#patterns = [...byPath.values()].sort((a, b) => order(a) - order(b));
  }

  /** @returns undefined if no route has this path */
  find(method: string, path: string): Match | undefined {
    const segments = path.split('/');
    let allow: readonly string[] | undefined;
    for (const { segments: expected, byMethod } of this.#patterns) {
      const params = match(expected, segments);
      if (!params) continue;
      const route = byMethod.get(method);
      if (route) return { route, params };
      // Another route may have a parameter here. Its operation responds that this name is reserved.
      allow ??= [...byMethod.keys()];
    }
    return allow && { allow };
  }
}

function order({ segments }: Pattern): number {
  return segments.filter(parameterOf).length;
}

function match(
  expected: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (expected.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [position, segment] of segments.entries()) {
    const name = parameterOf(expected[position] as string);
    if (name === undefined ? segment !== expected[position] : segment === '') return undefined;
    if (name !== undefined) params[name] = segment;
  }
  return params;
}
