import { pages } from '../../contract/pages.ts';
import { assets as dashboard } from '../../web/dashboard/page.ts';
import { assets as recipient } from '../../web/recipient/page.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { endpoint } from '../pipeline/endpoint.ts';

export const handler = endpoint(pages.getAsset, async ({ params: { name } }) => {
  const assets = [...(await dashboard()), ...(await recipient())];
  const asset = assets.find((each) => each.name === name);
  if (!asset) throw new ApiError('NOT_FOUND');
  const headers = {
    'Content-Type': asset.contentType,
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  return { status: 200, body: asset.content, headers };
});
