import { StrongroomError } from '../../client/index.ts';
import { vaultCryptoForNode } from '../../client/node.ts';
import { createKeys, fingerprintOf, rekey, rekeyRestored } from '../../client/vault/index.ts';
import { WrongUserSecret } from '../../crypto/errors.ts';
import { type Command, type Context, textOf } from '../command.ts';
import { keepKeys } from '../known-keys.ts';
import { readNewUserSecret, readUserSecret, userSecretHelp, userSecretOptions } from '../user-secret.ts';

export const keys: readonly Command[] = [
  {
    name: 'keys generate',
    summary: 'Make the key pairs of the vault here, under a user secret that stays here',
    arity: [0, 0],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const { terminal, client, url } = context;
      const crypto = await vaultCryptoForNode();
      const made = await createKeys(client, crypto, await readNewUserSecret(context));
      const fingerprint = fingerprintOf(crypto, made);
      const { body: me } = await client.call('users.getMe');
      keepKeys(url, me.id, fingerprint);
      terminal.answer(
        { fingerprint },
        () => `The keys are made: ${fingerprint}\nNobody can tell you the user secret again.`,
      );
      return 0;
    },
  },
  {
    name: 'keys rekey',
    summary: 'Put the key pairs under another user secret',
    details:
      'The public keys stay, and so do values, files and shares. After a restore, by the temporary secret that the ' +
      'trustee tells you. None of the secrets leaves this machine.',
    arity: [0, 0],
    options: { ...userSecretOptions, 'new-user-secret-file': { type: 'string' } },
    optionHelp: { ...userSecretHelp, 'new-user-secret-file': 'file with the new one; - is standard input' },
    async run(context) {
      const { values, terminal } = context;
      const secret = await readUserSecret(context);
      const newSecret = await terminal.newSecret('New user secret', textOf(values, 'new-user-secret-file'));
      await rekeyByEither(context, secret, newSecret);
      terminal.answer({ rekeyed: true }, () => 'The keys are under the new user secret.');
      return 0;
    },
  },
];

/** The secret is that of the keys or, where a restore waits, its temporary one. */
async function rekeyByEither({ client }: Context, secret: string, newSecret: string): Promise<void> {
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
