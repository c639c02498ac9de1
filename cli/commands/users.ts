import { vaultCryptoForNode } from '../../client/node.ts';
import { fingerprintOf, publicKeysOf } from '../../client/vault/index.ts';
import type { Command } from '../command.ts';
import { directoryOf } from '../users.ts';

export const users: readonly Command[] = [
  {
    name: 'users',
    summary: 'List the users of your org, with the fingerprints of their public keys',
    details:
      'A server that is hostile could name other keys as a user’s. Compare fingerprints with the user, by telephone for ' +
      'example, before you share what that matters for, and before you appoint a trustee.',
    arity: [0, 0],
    async run({ terminal, client }) {
      const crypto = await vaultCryptoForNode();
      const users = (await directoryOf(client)).map((user) => ({
        ...user,
        fingerprint: user.publicKeyB64 === null ? null : fingerprintOf(crypto, publicKeysOf(user)),
      }));
      terminal.list(users, {
        NAME: ({ name }) => name,
        ID: ({ id }) => id,
        FINGERPRINT: ({ fingerprint }) => fingerprint ?? 'no keys yet',
      });
      return 0;
    },
  },
];
