import { openApiDocument } from '../../contract/openapi/document.ts';
import type { OpenApiDocument } from '../../contract/openapi/types.ts';
import { system } from '../../contract/system.ts';
import { endpoint } from '../pipeline/endpoint.ts';

let document: OpenApiDocument | undefined;

export const handler = endpoint(system.getOpenapi, async (_, { settings }) => {
  document ??= openApiDocument(settings.STRONGROOM_VERSION);
  return { status: 200, body: document };
});
