import type { OpenApiDocument, Reference } from '../../contract/openapi/types.ts';

/** Returns the object that a `$ref` points to, or the value itself if it is not a reference. */
export function resolve<T extends object>(document: OpenApiDocument, value: T | Reference): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value as T;
  let target: unknown = document;
  for (const step of value.$ref.slice('#/'.length).split('/'))
    target = (target as Record<string, unknown>)[step];
  return target as T;
}

/** Returns the name of the component that a schema refers to. */
export function nameOf({ $ref }: { readonly $ref?: string }): string | undefined {
  return $ref?.slice($ref.lastIndexOf('/') + 1);
}
