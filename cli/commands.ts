import type { Entry, Topics } from './command.ts';
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

/** All commands, in the order and under the headings of `strongroom --help`. */
export const topics: Topics = {
  'Account:': [account],
  'Messages:': [messages, tokens],
  'Sandbox:': [run, zk, packages, secrets],
  'Vault:': [keys, kv, files, env],
  'Sharing:': [shares, received, users],
  'Recovery:': [recoverOwn, recoverOthers],
  'Administration:': [audit, admin, adminLimits],
  'Shell:': [completion(() => entries)],
};

export const entries: readonly Entry[] = Object.values(topics).flat(2);
