import { fetchSandboxKey } from '../../platform/sandboxes/sandbox-key.ts';

/** What `fetch-sandbox-key` is called with, and what it answers. */
export type KeyQuestion = { readonly taskId: string; readonly url: string };
export type KeyAnswer = { readonly publicKeyB64: string };

/** The function in the sandboxes' network that asks them for their keys. It has no right to anything else. */
export async function handler({ taskId, url }: KeyQuestion): Promise<KeyAnswer> {
  return { publicKeyB64: Buffer.from(await fetchSandboxKey(taskId, url)).toString('base64') };
}
