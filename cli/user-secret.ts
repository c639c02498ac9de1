import type { Context, Options } from './command.ts';
import { textOf } from './command.ts';

/** Options of commands that open the vault. */
export const userSecretOptions: Options = { 'user-secret-file': { type: 'string' } };
export const userSecretHelp = {
  'user-secret-file':
    'file with the user secret, instead of STRONGROOM_USER_SECRET_FILE; - is standard input',
};

type Asked = Pick<Context, 'values' | 'terminal'>;

export function readUserSecret({ values, terminal }: Asked): Promise<string> {
  return terminal.secret('User secret', fileOf(values));
}

export function readNewUserSecret({ values, terminal }: Asked): Promise<string> {
  return terminal.newSecret('User secret', fileOf(values));
}

function fileOf(values: Context['values']): string | undefined {
  return textOf(values, 'user-secret-file') ?? process.env.STRONGROOM_USER_SECRET_FILE;
}
