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

/** What is trusted of each installation, by its URL. Nothing in it is secret. */
const Stored = z.record(text, z.object({ userId: text, publicKeys: z.array(PublicKey) }));

/**
 * What proofs of sandboxes are checked against: as it was when it was first asked for, whatever the installation says
 * since.
 *
 * @param anew take what it says now
 * @throws UsageError where the file is damaged
 */
export async function zkTrustOf(
  { url, client, terminal }: { url: string; client: StrongroomClient; terminal: Terminal },
  anew: boolean,
): Promise<ZkTrust> {
  const path = join(dirname(credentialsPath()), 'zk-trust.json');
  const all = read(path);
  const known = all[url];
  if (known && !anew) return known;
  const trust = await fetchZkTrust(client);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify({ ...all, [url]: trust }, undefined, 2)}\n`, { mode: 0o600 });
  const names = trust.publicKeys.map(({ kid }) => kid).join(', ');
  terminal.note(`From now on sandboxes of ${url} must be proven by ${names}.`);
  terminal.note('Compare it with what your administrator tells you.');
  return trust;
}

function read(path: string): z.output<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UsageError(`${path} is damaged; remove it to take the keys of the installation anew`);
  }
}
