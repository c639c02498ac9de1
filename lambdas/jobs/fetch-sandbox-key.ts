import { fetchSandboxKey as job } from '../../contract/jobs.ts';
import { fetchSandboxKey } from '../../platform/sandboxes/sandbox-key.ts';
import { jobHandler } from '../pipeline/job-handler.ts';

export const handler = jobHandler(job, async ({ taskId, url }) => ({
  publicKeyB64: Buffer.from(await fetchSandboxKey(taskId, url)).toString('base64'),
}));
