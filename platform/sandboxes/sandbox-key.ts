import * as z from 'zod';
import { xWingBytes } from '../../crypto/providers/primitives.ts';

const askMs = 3_000;

const Identity = z.object({ taskId: z.string(), publicKeyB64: z.base64() });

/**
 * A sandbox's public key (X-Wing), from itself.
 *
 * @param url `http://host:port`
 * @throws Error where it does not answer within 3 s, or is another task than the one that had this address
 */
export async function fetchSandboxKey(taskId: string, url: string): Promise<Uint8Array> {
  const answer = await fetch(`${url}/key`, { signal: AbortSignal.timeout(askMs), redirect: 'error' });
  const identity = Identity.parse(await answer.json());
  if (identity.taskId !== taskId) throw new Error('another task has this address now');
  const publicKey = Buffer.from(identity.publicKeyB64, 'base64');
  if (publicKey.length !== xWingBytes.publicKey) throw new Error('not a public key');
  return publicKey;
}
