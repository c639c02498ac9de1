import type { Command } from './command.ts';
import { account } from './commands/account.ts';
import { admin } from './commands/admin.ts';
import { adminLimits } from './commands/admin-limits.ts';
import { audit } from './commands/audit.ts';
import { completion } from './commands/completion.ts';
import { env } from './commands/env.ts';
import { files } from './commands/files.ts';
import { keys } from './commands/keys.ts';
import { kv } from './commands/kv.ts';
import { messages } from './commands/messages.ts';
import { packages } from './commands/packages.ts';
import { received } from './commands/received.ts';
import { recoverOthers } from './commands/recover-others.ts';
import { recoverOwn } from './commands/recover-own.ts';
import { run } from './commands/run.ts';
import { secrets } from './commands/secrets.ts';
import { shares } from './commands/shares.ts';
import { tokens } from './commands/tokens.ts';
import { users } from './commands/users.ts';
import { zk } from './commands/zk.ts';

/** All commands, in the order in which help has them. */
export const commands: readonly Command[] = [
  ...account,
  ...messages,
  ...tokens,
  ...run,
  ...zk,
  ...packages,
  ...secrets,
  ...keys,
  ...kv,
  ...files,
  ...env,
  ...shares,
  ...received,
  ...users,
  ...recoverOwn,
  ...recoverOthers,
  ...audit,
  ...admin,
  ...adminLimits,
  completion(() => commands),
];
