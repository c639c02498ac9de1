import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { StrongroomClient } from '../client/index.ts';
import { fetchZkTrust, type ZkTrust } from '../client/zk.ts';
import { UsageError } from './command.ts';
import { credentialsPath } from './credentials.ts';
import type { Terminal } from './terminal.ts';

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
  const path = join(dirname(credentialsPath()), 'zk-trust.json');
  const all = read(path);
  const known = all[url];
  const now = await fetchZkTrust(client);
  if (known && !anew) {
    if (known.userIds.includes(now.userId)) return { ...now, publicKeys: known.publicKeys };
    throw new UsageError(
      `${url} says that you are another user there than before; --trust takes this one too`,
    );
  }
  const userIds = [...new Set([...(known?.userIds ?? []), now.userId])];
  const stored = { ...all, [url]: { userIds, publicKeys: now.publicKeys } };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(stored, undefined, 2)}\n`, { mode: 0o600 });
  const names = now.publicKeys.map(({ kid }) => kid).join(', ');
  terminal.note(`From now on sandboxes of ${url} must be proven by ${names}.`);
  terminal.note('Compare it with what your administrator tells you.');
  return now;
}

function read(path: string): z.output<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UsageError(`${path} is damaged; remove it to take the keys of the installation anew`);
  }
}
