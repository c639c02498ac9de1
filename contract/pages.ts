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
      'The page that a message link opens. It gets the message’s status, asks before opening the message, and decrypts ' +
      'it in the browser: the key after `#` and the password are never sent. The page is the same whether the message ' +
      'exists or not.',
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
      'The web interface of the installation. It sends requests only to this API and to signed object URLs.',
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
    summary: 'Redirect to the dashboard',
    description: 'For people who know only the address of the installation.',
    auth: 'none',
    rateLimit: 'none',
    responses: {
      303: {
        description: 'Redirect to the dashboard',
        body: z.literal(''),
        contentType: 'text/plain; charset=utf-8',
        headers: { Location: 'URL of the dashboard' },
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
      'The name contains a hash of the content, so the content under a name never changes and caches may keep it.',
    auth: 'none',
    rateLimit: 'none',
    params: z.strictObject({ name: z.string().max(128) }),
    responses: { 200: { description: 'The file', body: z.string(), contentType: 'text/*' } },
    errors: ['NOT_FOUND'],
    access: {},
  }),
} as const;
