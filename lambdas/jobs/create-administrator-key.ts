import { dynamoTable } from '../../platform/aws/dynamo-table.ts';
import { administratorSecret } from '../../platform/aws/stored-secret.ts';
import { ensureDefaultOrg } from '../stores/orgs.ts';
import { ensureAdministratorKey } from './administrator-key.ts';
import { madeOnce } from './custom-resource.ts';

/** The function behind the stack's custom resource: makes the default org and the administrator's key. */
export const handler = madeOnce('administrator-key', async () => {
  const table = dynamoTable(process.env);
  await ensureDefaultOrg(table, new Date());
  await ensureAdministratorKey(table, administratorSecret(process.env), new Date());
});
