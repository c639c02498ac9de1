import type { Context, Options } from './command.ts';
import { textOf } from './command.ts';

/** Options of commands that open the vault. */
export const userSecretOptions: Options = { 'user-secret-file': { type: 'string' } };
export const userSecretHelp = {
  'user-secret-file':
    'file with the user secret, instead of STRONGROOM_USER_SECRET_FILE; - is standard input',
};

export function readUserSecret({ values, terminal }: Pick<Context, 'values' | 'terminal'>): Promise<string> {
  const file = textOf(values, 'user-secret-file') ?? process.env.STRONGROOM_USER_SECRET_FILE;
  return terminal.secret('User secret', file);
}
