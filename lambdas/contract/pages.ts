import { z } from 'zod';
import { defineRoute } from './define-route.ts';

export const pages = {
  recipient: defineRoute({
    operationId: 'pages.recipient',
    method: 'GET',
    path: '/s/{id}',
    tag: 'Messages',
    summary: 'The recipient’s page',
    description:
      'What a link leads to. It looks first and asks before it opens, and decrypts in the browser: the key behind ' +
      '`#` and the password are never sent. The page is the same whether such a message waits or not.',
    auth: 'none',
    rateLimit: 'none',
    params: z.strictObject({ id: z.string().max(128) }),
    responses: { 200: { description: 'HTML', body: z.string(), contentType: 'text/html; charset=utf-8' } },
    access: {},
  }),
  asset: defineRoute({
    operationId: 'pages.asset',
    method: 'GET',
    path: '/assets/{name}',
    tag: 'System',
    summary: 'A script or stylesheet of a page',
    description:
      'Its name holds its hash: under one name there is for ever one content, and caches may keep it.',
    auth: 'none',
    rateLimit: 'none',
    params: z.strictObject({ name: z.string().max(128) }),
    responses: { 200: { description: 'The file', body: z.string(), contentType: 'text/*' } },
    errors: ['NOT_FOUND'],
    access: {},
  }),
} as const;
