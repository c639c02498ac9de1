import { zk } from '../../contract/zk.ts';
import { inSandbox } from '../executions/run-program.ts';
import { endpoint } from '../pipeline/endpoint.ts';
import { newZkSession } from './zk-session.ts';

export const handler = endpoint(zk.createSession, async (_, context) =>
  inSandbox(context, async (lease) => {
    const { caller, platform, now } = context;
    const session = await newZkSession(platform.keys, caller, lease, now);
    const publicKeyB64 = Buffer.from(lease.publicKey).toString('base64');
    return {
      status: 200,
      body: { ...session, publicKeyB64 },
      audit: { resource: `zk/sessions/${session.sessionId}` },
    };
  }),
);
