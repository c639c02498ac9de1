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

export function userSecretHeader(secret: string): { readonly 'X-User-Secret': string } {
  return { 'X-User-Secret': headerValueOf(secret) };
}

export function newUserSecretHeader(secret: string): { readonly 'X-New-User-Secret': string } {
  return { 'X-New-User-Secret': headerValueOf(secret) };
}

/** Characters beyond ASCII are sent as UTF-8, a byte a character (RFC 9110 section 5.5). */
function headerValueOf(secret: string): string {
  return Buffer.from(secret, 'utf8').toString('latin1');
}

function fileOf(values: Context['values']): string | undefined {
  return textOf(values, 'user-secret-file') ?? process.env.STRONGROOM_USER_SECRET_FILE;
}
