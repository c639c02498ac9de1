import type { Command } from './command.ts';
import { account } from './commands/account.ts';
import { audit } from './commands/audit.ts';
import { completion } from './commands/completion.ts';
import { env } from './commands/env.ts';
import { files } from './commands/files.ts';
import { kv } from './commands/kv.ts';
import { messages } from './commands/messages.ts';
import { run } from './commands/run.ts';
import { secrets } from './commands/secrets.ts';

/** All commands, in the order in which help has them. */
export const commands: readonly Command[] = [
  ...account,
  ...messages,
  ...run,
  ...secrets,
  ...kv,
  ...files,
  ...env,
  ...audit,
  completion(() => commands),
];
