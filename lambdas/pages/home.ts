import { pages } from '../contract/pages.ts';
import { endpoint } from '../shared/endpoint.ts';

export const handler = endpoint(pages.home, async (_request, { baseUrl }) => ({
  status: 303,
  body: '',
  headers: { Location: `${baseUrl}${pages.dashboard.path}` },
}));
