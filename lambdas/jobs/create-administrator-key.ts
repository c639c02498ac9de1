import { createAdministratorKey } from '../../contract/jobs.ts';
import { jobHandler } from '../pipeline/job-handler.ts';
import { ensureDefaultOrg } from '../stores/orgs.ts';
import { createOnce } from './custom-resource.ts';
import { ensureAdministratorKey } from './ensure-administrator-key.ts';

export const handler = jobHandler(createAdministratorKey, (event, { platform }) =>
  createOnce('administrator-key', event, async () => {
    await ensureDefaultOrg(platform.table, new Date());
    await ensureAdministratorKey(platform.table, platform.administratorSecret, new Date());
  }),
);
