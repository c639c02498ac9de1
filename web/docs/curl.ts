import type { OpenApiDocument, OpenApiOperation, Parameter } from '../../contract/openapi/types.ts';
import { resolve } from './reference.ts';

/** An operation with its method and path. */
export type Endpoint = {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
};

/** Returns a POSIX shell command that sends the request at `base`, with the document's examples. */
export function curl(document: OpenApiDocument, base: string, { method, path, operation }: Endpoint): string {
  const parameters = (operation.parameters ?? []).map((each) => resolve<Parameter>(document, each));
  const url = new URL(`.${filled(path, parameters)}`, base).href;
  const body = operation.requestBody?.content['application/json']?.example;
  const creates = parameters.some(({ name }) => name === 'Idempotency-Key');
  const verb = method === 'GET' ? '' : `-X ${method} `;
  return [
    `curl ${verb}${quoted(url)}`,
    operation.security.length > 0 && `-H "X-Api-Key: $STRONGROOM_API_KEY"`,
    creates && `-H "Idempotency-Key: $(uuidgen)"`,
    body !== undefined && `-H 'Content-Type: application/json'`,
    body !== undefined && `-d ${quoted(JSON.stringify(body, null, 2))}`,
  ]
    .filter((line) => line !== false)
    .join(' \\\n  ');
}

function filled(path: string, parameters: readonly Parameter[]): string {
  return path.replaceAll(/\{(\w+)\+?\}/g, (brace, name) => {
    const example = parameters.find(
      (parameter) => parameter.in === 'path' && parameter.name === name,
    )?.example;
    return example === undefined ? brace : encodeURIComponent(String(example));
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
