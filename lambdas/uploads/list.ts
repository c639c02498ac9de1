import { uploads } from '../contract/uploads.ts';
import { endpoint } from '../shared/endpoint.ts';
import { nextCursorHeaders } from '../shared/paging.ts';
import { openUpload } from '../shared/upload.ts';
import { listUploads } from '../stores/uploads.ts';

export const handler = endpoint(uploads.list, async ({ query }, { caller, platform }) => {
  const page = await listUploads(platform.table, caller.userId, query);
  return { status: 200, body: page.uploads.map(openUpload), headers: nextCursorHeaders(page.cursor) };
});
