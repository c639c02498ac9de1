import type { FileObjects } from '../../platform/local/file-objects.ts';
import type { Objects } from '../../platform/objects.ts';

/** Uploads a part to a signed URL of an object store without a server in front of it. */
export async function putPart(objects: Objects, url: string, bytes: Uint8Array): Promise<void> {
  const { pathname, searchParams } = new URL(url);
  const [key, uploadId] = [pathname.replace('/objects/', ''), searchParams.get('uploadId') ?? ''];
  const body = (async function* () {
    yield bytes;
  })();
  await (objects as FileObjects).putPart(key, uploadId, Number(searchParams.get('partNumber')), body);
}
