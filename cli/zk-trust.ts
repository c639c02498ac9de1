import { z } from 'zod';
import type { StrongroomClient } from '../client/index.ts';
import { fetchZkTrust, type ZkTrust } from '../client/zk.ts';
import { UsageError } from './command.ts';
import { keep, readKept } from './kept.ts';
import type { Terminal } from './terminal.ts';

const file = 'zk-trust.json';

const text = z.string();
const PublicKey = z.object({
  ...{ kty: z.literal('EC'), crv: z.literal('P-256'), x: text, y: text, kid: text },
  ...{ alg: z.literal('ES256'), use: z.literal('sig') },
});

/** What is trusted of each installation, by its URL: who signs there, and who asks. Nothing in it is secret. */
const Stored = z.record(text, z.object({ userIds: z.array(text), publicKeys: z.array(PublicKey) }));

type Asked = { readonly url: string; readonly client: StrongroomClient; readonly terminal: Terminal };

/**
 * What proofs of sandboxes are checked against: the keys as they were when they were first asked for, whatever the
 * installation says since, and one of the users that asked before.
 *
 * @param anew take the keys and the user that it names now
 * @throws UsageError for another user than before, and where the file is damaged
 */
export async function zkTrustOf({ url, client, terminal }: Asked, anew: boolean): Promise<ZkTrust> {
  const all = readKept(file, Stored) ?? {};
  const known = all[url];
  const now = await fetchZkTrust(client);
  if (known && !anew) {
    if (known.userIds.includes(now.userId)) return { ...now, publicKeys: known.publicKeys };
    throw new UsageError(
      `${url} says that you are another user there than before; --trust takes this one too`,
    );
  }
  const userIds = [...new Set([...(known?.userIds ?? []), now.userId])];
  keep(file, { ...all, [url]: { userIds, publicKeys: now.publicKeys } });
  const names = now.publicKeys.map(({ kid }) => kid).join(', ');
  terminal.note(`From now on sandboxes of ${url} must be proven by ${names}.`);
  terminal.note('Compare it with what your administrator tells you.');
  return now;
}
