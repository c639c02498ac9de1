import type { Context } from './command.ts';
import { text, type ValuesOf } from './options.ts';

/** Options of commands that open the vault. */
export const userSecretOptions = {
  'user-secret-file': text(
    'file',
    'read the user secret from this file (-: standard input; default: $STRONGROOM_USER_SECRET_FILE, or a prompt)',
  ),
};

/** Context of a command with these options. */
export type VaultContext = Context<ValuesOf<typeof userSecretOptions>>;

export function readUserSecret({ options, terminal }: VaultContext): Promise<string> {
  return terminal.secret('User secret', fileOf(options));
}

export function readNewUserSecret({ options, terminal }: VaultContext): Promise<string> {
  return terminal.newSecret('User secret', fileOf(options));
}

function fileOf(options: VaultContext['options']): string | undefined {
  return options['user-secret-file'] ?? process.env.STRONGROOM_USER_SECRET_FILE;
}
