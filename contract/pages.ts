import * as z from 'zod';
import { defineRoute } from './define-route.ts';

export const pages = {
  getRecipient: defineRoute({
    operationId: 'pages.getRecipient',
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
  getDashboard: defineRoute({
    operationId: 'pages.getDashboard',
    method: 'GET',
    path: '/dashboard',
    tag: 'System',
    summary: 'The dashboard',
    description:
      'The page in which people use the installation. It calls this API, and nothing else but signed URLs of objects.',
    auth: 'none',
    rateLimit: 'none',
    responses: { 200: { description: 'HTML', body: z.string(), contentType: 'text/html; charset=utf-8' } },
    access: { objectsOrigin: true },
  }),
  getHome: defineRoute({
    operationId: 'pages.getHome',
    method: 'GET',
    path: '/',
    tag: 'System',
    summary: 'To the dashboard',
    description: 'For people who know the address of the installation and no more.',
    auth: 'none',
    rateLimit: 'none',
    responses: {
      303: {
        description: 'Where the dashboard is',
        body: z.literal(''),
        contentType: 'text/plain; charset=utf-8',
        headers: { Location: 'The dashboard' },
      },
    },
    access: {},
  }),
  getAsset: defineRoute({
    operationId: 'pages.getAsset',
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
