import { randomUUID } from 'node:crypto';
import { routes } from '../../lambdas/contract/routes.ts';
import { type Invocation, invoke } from './invoke.ts';
import type { RecordedPlatform } from './port-calls.ts';

type Figures = ReturnType<RecordedPlatform['take']>;

/**
 * Calls every route once, the way a user of it would, on a platform that is in use already.
 *
 * @returns the port calls of each operation
 */
export async function tour(recorded: RecordedPlatform): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures>();
  const call = async (operationId: string, invocation: Invocation = {}) => {
    const route = routes.find((candidate) => candidate.operationId === operationId);
    if (!route) throw new Error(`there is no operation ${operationId}`);
    recorded.take();
    const { status, text } = await invoke(route, invocation);
    if (status >= 400) throw new Error(`${operationId} answered ${status} ${text}`);
    figures.set(operationId, recorded.take());
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  };

  const account = { email: `tour-${randomUUID()}@example.com`, password: 'a password of the tour' };
  for (const operationId of ['live', 'health', 'info', 'openapi', 'docs', 'jwks']) {
    await call(`system.${operationId}`);
  }
  const { token, apiKey } = await call('auth.register', { body: account });
  const withToken = { headers: { authorization: `Bearer ${token}` } };
  const withKey = { headers: { 'x-api-key': apiKey } };
  await call('auth.login', { body: account });
  await call('auth.verify', withToken);
  // The first call of a credential in a process is admitted before anything else; a later one meanwhile.
  await call('secrets.list', withToken);
  await call('auth.refresh', withToken);

  const secret = { ...withKey, params: { name: 'TOUR' } };
  await call('secrets.list', withKey);
  await call('secrets.put', { ...secret, body: { value: 'x' } });
  await call('secrets.list', withKey);
  await call('execute.run', { ...withKey, body: { code: 'print(1)' } });
  await call('generate.create', { ...withKey, body: { prompt: 'Print one.' } });
  await call('audit.list', withKey);
  await call('secrets.delete', secret);

  const passwords = { currentPassword: account.password, newPassword: account.password };
  await call('auth.password', { ...withKey, body: passwords });
  await call('auth.rotateApiKey', { ...withKey, body: { password: account.password } });
  const { token: last } = await call('auth.login', { body: account });
  await call('auth.logout', { headers: { authorization: `Bearer ${last}` } });
  return figures;
}
