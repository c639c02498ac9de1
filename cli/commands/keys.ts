import { StrongroomError } from '../../client/index.ts';
import { vaultCryptoForNode } from '../../client/node.ts';
import { createKeys, fingerprintOf, rekey, rekeyRestored } from '../../client/vault/index.ts';
import { WrongUserSecret } from '../../crypto/errors.ts';
import { type Context, command, type Entry } from '../command.ts';
import { rememberKeys } from '../known-keys.ts';
import { text } from '../options.ts';
import { readNewUserSecret, readUserSecret, userSecretOptions } from '../user-secret.ts';

export const keys: readonly Entry[] = [
  { name: 'keys', summary: 'Create and rekey the key pairs of your vault' },
  command({
    name: 'keys generate',
    summary: 'Create the key pairs of your vault, protected by a user secret',
    details: 'The user secret and the unprotected keys never leave this machine.',
    options: userSecretOptions,
    async run(context) {
      const { terminal, client, url } = context;
      const crypto = await vaultCryptoForNode();
      const publicKeys = await createKeys(client, crypto, await readNewUserSecret(context));
      const fingerprint = fingerprintOf(crypto, publicKeys);
      const { body: me } = await client.call('users.getMe');
      rememberKeys(url, me.id, fingerprint);
      terminal.result(
        { fingerprint },
        () =>
          `Keys created. Fingerprint: ${fingerprint}\nKeep the user secret safe: it cannot be recovered or reset.`,
      );
    },
  }),
  command({
    name: 'keys rekey',
    summary: 'Protect the key pairs with another user secret',
    details:
      'The public keys do not change, and values, files and shares stay readable. After a restore, give the temporary ' +
      'secret from the trustee as the user secret. No secret leaves this machine.',
    options: {
      ...userSecretOptions,
      'new-user-secret-file': text('file', 'read the new user secret from this file (-: standard input)'),
    },
    async run(context) {
      const { options, terminal } = context;
      const secret = await readUserSecret(context);
      const newSecret = await terminal.newSecret('New user secret', options['new-user-secret-file']);
      await rekeyOwnOrRestored(context, secret, newSecret);
      terminal.result({ rekeyed: true }, () => 'Your keys are protected by the new user secret.');
    },
  }),
];

/** Accepts the current user secret or, while a restore is pending, its temporary secret. */
async function rekeyOwnOrRestored({ client }: Context, secret: string, newSecret: string): Promise<void> {
  const crypto = await vaultCryptoForNode();
  try {
    await rekey(client, crypto, secret, newSecret);
  } catch (wrong) {
    if (!(wrong instanceof WrongUserSecret)) throw wrong;
    await rekeyRestored(client, crypto, secret, newSecret).catch((error: unknown) => {
      throw error instanceof StrongroomError && error.code === 'NOT_FOUND' ? wrong : error;
    });
  }
}
