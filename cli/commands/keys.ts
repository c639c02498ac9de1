import { type Command, textOf } from '../command.ts';
import {
  newUserSecretHeader,
  readNewUserSecret,
  readUserSecret,
  userSecretHeader,
  userSecretHelp,
  userSecretOptions,
} from '../user-secret.ts';

export const keys: readonly Command[] = [
  {
    name: 'keys generate',
    summary: 'Make the key pairs of the vault, under a user secret',
    arity: [0, 0],
    options: userSecretOptions,
    optionHelp: userSecretHelp,
    async run(context) {
      const headers = userSecretHeader(await readNewUserSecret(context));
      const { body } = await context.client.call('keys.generate', { headers });
      context.terminal.answer(body, () => 'The keys are made. Nobody can tell you the user secret again.');
      return 0;
    },
  },
  {
    name: 'keys rekey',
    summary: 'Put the key pairs under another user secret',
    details:
      'The public keys stay, and so do values, files and shares. After a restore, by the temporary secret that the ' +
      'trustee tells you.',
    arity: [0, 0],
    options: { ...userSecretOptions, 'new-user-secret-file': { type: 'string' } },
    optionHelp: { ...userSecretHelp, 'new-user-secret-file': 'file with the new one; - is standard input' },
    async run(context) {
      const { values, terminal, client } = context;
      const secret = await readUserSecret(context);
      const newSecret = await terminal.newSecret('New user secret', textOf(values, 'new-user-secret-file'));
      const headers = { ...userSecretHeader(secret), ...newUserSecretHeader(newSecret) };
      const { body } = await client.call('keys.rekey', { headers });
      terminal.answer(body, () => 'The keys are under the new user secret.');
      return 0;
    },
  },
];
