import { rekey } from '../../client/vault/keys.ts';
import { handlerClient } from './handler-client.ts';
import { nativeVault } from './vault.ts';

/** Returns the body of a rekey that the client library sends. @param me response to `GET /v1/users/me` */
export async function rekeyInput(me: object, secret: string, newSecret: string): Promise<object> {
  let input: object | undefined;
  const client = handlerClient(async (operationId, { body }) => {
    if (operationId === 'users.getMe') return { status: 200, body: me };
    input = body as object;
    return { status: 200, body: {} };
  });
  await rekey(client, nativeVault, secret, newSecret);
  if (!input) throw new Error('the client sent no rekey');
  return input;
}
