import { expireResults } from '../../contract/jobs.ts';
import { jobHandler } from '../pipeline/job-handler.ts';
import { sweepResults } from './sweep-results.ts';

export const handler = jobHandler(expireResults, async (_, { platform }) => {
  await sweepResults(platform.objects);
});
