import { sweepObjects } from '../../contract/jobs.ts';
import { jobHandler } from '../pipeline/job-handler.ts';
import { sweepContents } from '../stores/message-contents.ts';
import { sweepVaultObjects } from '../stores/vault-objects.ts';

export const handler = jobHandler(sweepObjects, async (_, { platform }) => {
  await Promise.all([sweepContents(platform), sweepVaultObjects(platform)]);
});
