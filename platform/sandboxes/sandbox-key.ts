import * as z from 'zod';
import { xWingBytes } from '../../crypto/providers/primitives.ts';

const timeoutMs = 3_000;

const Identity = z.object({ taskId: z.string(), publicKeyB64: z.base64() });

/**
 * Fetches the X-Wing public key of a sandbox from the sandbox itself.
 *
 * @param url `http://host:port`
 * @throws Error if it does not respond within 3 s, or if another task has this address now
 */
export async function fetchSandboxKey(taskId: string, url: string): Promise<Uint8Array> {
  const response = await fetch(`${url}/key`, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  const identity = Identity.parse(await response.json());
  if (identity.taskId !== taskId) throw new Error('another task has this address now');
  const publicKey = Buffer.from(identity.publicKeyB64, 'base64');
  if (publicKey.length !== xWingBytes.publicKey) throw new Error('the response is not an X-Wing public key');
  return publicKey;
}
