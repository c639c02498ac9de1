import { z } from 'zod';
import { fetchZkTrust, type ZkTrust } from '../client/zk.ts';
import type { Context } from './command.ts';
import { UsageError } from './errors.ts';
import { readTrusted, writeTrusted } from './trust-store.ts';

const file = 'zk-trust.json';

const text = z.string();
const PublicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: text,
  y: text,
  kid: text,
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});

/** The keys that sign for a server, and the users who asked it, by its URL. */
const Trusted = z.record(text, z.object({ userIds: z.array(text), publicKeys: z.array(PublicKey) }));

/**
 * Returns what a sandbox's proof is verified against: the keys that the server presented first, whatever it presents
 * now, and a user ID that was in use before.
 *
 * Throws `UsageError` if the server names another user than before, or if the file is corrupt.
 *
 * @param again trusts the keys and the user that the server presents now
 */
export async function zkTrustOf(
  { url, client, terminal }: Pick<Context, 'url' | 'client' | 'terminal'>,
  again: boolean,
): Promise<ZkTrust> {
  const all = readTrusted(file, Trusted) ?? {};
  const known = all[url];
  const presented = await fetchZkTrust(client);
  if (known && !again) {
    if (known.userIds.includes(presented.userId)) return { ...presented, publicKeys: known.publicKeys };
    throw new UsageError(`${url} says that you are another user than before; trust it with --trust`);
  }
  const userIds = [...new Set([...(known?.userIds ?? []), presented.userId])];
  writeTrusted(file, { ...all, [url]: { userIds, publicKeys: presented.publicKeys } });
  const names = presented.publicKeys.map(({ kid }) => kid).join(', ');
  terminal.note(`Trusting sandboxes of ${url} from now on if their proof is signed by ${names}.`);
  terminal.note('Compare the key ID with the one your administrator gave you.');
  return presented;
}
