// Written by `npm run generate` from the route records.
import type { OperationId } from '../lambdas/contract/routes.ts';
import type { Operation } from './types.ts';

export const operations: Readonly<Record<OperationId, Operation>> = {
  'audit.list': { method: 'GET', path: '/api/v1/audit' },
  'auth.login': { method: 'POST', path: '/api/login' },
  'auth.logout': { method: 'POST', path: '/api/logout' },
  'auth.password': { method: 'POST', path: '/api/password' },
  'auth.refresh': { method: 'POST', path: '/api/refresh' },
  'auth.register': { method: 'POST', path: '/api/register', creates: true },
  'auth.rotateApiKey': { method: 'POST', path: '/api/apikey/rotate' },
  'auth.verify': { method: 'POST', path: '/api/verify' },
  'execute.run': { method: 'POST', path: '/api/v1/execute', creates: true },
  'generate.create': { method: 'POST', path: '/api/v1/generate', creates: true },
  'secrets.delete': { method: 'DELETE', path: '/api/v1/secrets/{name}' },
  'secrets.list': { method: 'GET', path: '/api/v1/secrets' },
  'secrets.put': { method: 'PUT', path: '/api/v1/secrets/{name}' },
  'system.docs': { method: 'GET', path: '/docs' },
  'system.health': { method: 'GET', path: '/api/health', answers: [503] },
  'system.info': { method: 'GET', path: '/api' },
  'system.jwks': { method: 'GET', path: '/.well-known/jwks.json' },
  'system.live': { method: 'GET', path: '/health' },
  'system.openapi': { method: 'GET', path: '/openapi.json' },
  'zk.delete': { method: 'DELETE', path: '/api/v1/zk/code/{name}' },
  'zk.encrypt': { method: 'POST', path: '/api/v1/zk/encrypt' },
  'zk.execute': { method: 'POST', path: '/api/v1/zk/execute/{name}' },
  'zk.get': { method: 'GET', path: '/api/v1/zk/code/{name}' },
  'zk.list': { method: 'GET', path: '/api/v1/zk/code' },
  'zk.put': { method: 'PUT', path: '/api/v1/zk/code/{name}' },
  'zk.session': { method: 'POST', path: '/api/v1/zk/sessions' },
};
