import { pages } from '../../contract/pages.ts';
import { endpoint } from '../pipeline/endpoint.ts';

export const handler = endpoint(pages.getHome, async (_request, { baseUrl }) => ({
  status: 303,
  body: '',
  headers: { Location: `${baseUrl}${pages.getDashboard.path}` },
}));
