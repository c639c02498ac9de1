import { uploads } from '../../contract/uploads.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { nextCursorHeaders } from '../pipeline/paging.ts';
import { listUploads } from '../stores/uploads.ts';
import { resumableUpload } from './upload.ts';

export const handler = endpoint(uploads.list, async ({ query }, { caller, platform }) => {
  const page = await listUploads(platform.table, caller.userId, query);
  return { status: 200, body: page.uploads.map(resumableUpload), headers: nextCursorHeaders(page.cursor) };
});
