import { vaultCryptoForNode } from '../../client/node.ts';
import { fingerprintOf, publicKeysOf } from '../../client/vault/index.ts';
import { command, type Entry } from '../command.ts';
import { directoryOf } from '../users.ts';

export const users: readonly Entry[] = [
  command({
    name: 'users',
    summary: 'List the users of your organization with the fingerprints of their public keys',
    details:
      "A hostile server could present other keys as a user's. Before you share something sensitive or appoint a trustee, " +
      'compare the fingerprint with the user through another channel, such as the telephone.',
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
    },
  }),
];
