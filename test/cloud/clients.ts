import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import type { Emulator } from './emulator.ts';

/** Returns the settings of an SDK client for a process that was not started with the emulator's environment. */
export function clientOptions({ endpoint, env }: Emulator) {
  const ca = readFileSync(String(env.NODE_EXTRA_CA_CERTS));
  return {
    endpoint,
    region: String(env.AWS_REGION),
    credentials: {
      accessKeyId: String(env.AWS_ACCESS_KEY_ID),
      secretAccessKey: String(env.AWS_SECRET_ACCESS_KEY),
    },
    requestHandler: { httpsAgent: new Agent({ ca, keepAlive: true }) },
  };
}
