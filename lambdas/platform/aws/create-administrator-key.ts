import { ensureAdministratorKey } from '../../installation/administrator-key.ts';
import { madeOnce } from './custom-resource.ts';
import { dynamoTable } from './dynamo-table.ts';
import { administratorSecret } from './stored-secret.ts';

/** The function behind the stack's custom resource for the administrator's key. */
export const handler = madeOnce('administrator-key', () =>
  ensureAdministratorKey(dynamoTable(process.env), administratorSecret(process.env), new Date()),
);
