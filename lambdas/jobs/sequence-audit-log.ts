import { sequenceAuditLog as job } from '../../contract/jobs.ts';
import { sequenceAuditLog } from '../audit/sequencer.ts';
import { jobHandler } from '../pipeline/job-handler.ts';

/** Whatever one run leaves undone, the next one does. */
export const handler = jobHandler(job, async (_, { platform }) => {
  await sequenceAuditLog(platform);
});
