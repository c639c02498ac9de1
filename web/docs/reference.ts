import type { OpenApiDocument, Reference } from '../../contract/openapi/types.ts';

/** What a reference of the document leads to; anything else is itself. */
export function resolve<T extends object>(document: OpenApiDocument, value: T | Reference): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value as T;
  let at: unknown = document;
  for (const step of value.$ref.slice('#/'.length).split('/')) at = (at as Record<string, unknown>)[step];
  return at as T;
}

/** Last step of a reference: the name of the component. */
export function nameOf({ $ref }: { readonly $ref?: string }): string | undefined {
  return $ref?.slice($ref.lastIndexOf('/') + 1);
}
